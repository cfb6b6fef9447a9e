"""What the engine starts for `--policy-pack policies`: serves the policies until the preview ends."""

import sys
from pathlib import Path

# The engine starts the pack in its own folder; the program's rooms lie beside it.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from pulumi_policy import EnforcementLevel, PolicyPack

from policies.pack import validations

PolicyPack(name="airflow", enforcement_level=EnforcementLevel.MANDATORY, policies=list(validations()))
