"""What a stack deploys: one ComponentResource per file, pure helpers beside them.

Modules that compute (naming, iam_documents, picking, ...) import no provider SDK, so that tests give them
plain values.
"""
