"""AWS's errors as one line with the remedy."""

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    CredentialRetrievalError,
    EndpointConnectionError,
    NoCredentialsError,
    PartialCredentialsError,
    ProfileNotFound,
    SSOError,
    TokenRetrievalError,
)

from operations.errors import OperationError

ABSENT = (NoCredentialsError, PartialCredentialsError, ProfileNotFound)
STALE = (SSOError, TokenRetrievalError, CredentialRetrievalError)
STALE_CODES = (
    "ExpiredToken",
    "ExpiredTokenException",
    "InvalidClientTokenId",
    "RequestExpired",
    "SignatureDoesNotMatch",
    "UnrecognizedClientException",
)
DENIED_CODES = ("AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "403")


@contextmanager
def explained() -> Iterator[None]:
    """Turns what boto3 raises inside into an OperationError."""
    try:
        yield
    except ABSENT as error:
        raise OperationError(f"no AWS credentials ({error}); set AWS_PROFILE, or run aws configure") from None
    except STALE as error:
        raise OperationError(f"the AWS credentials cannot be used ({error}); run aws sso login") from None
    except EndpointConnectionError as error:
        raise OperationError(f"AWS cannot be reached ({error}); check network and region") from None
    except ClientError as error:
        raise OperationError(_client_error(error)) from None
    except BotoCoreError as error:
        raise OperationError(f"AWS: {error}") from None


def code_of(error: ClientError) -> str:
    """AWS's name of the error; for a HEAD request, which has no body, the HTTP status."""
    return str(error.response.get("Error", {}).get("Code", ""))


def _client_error(error: ClientError) -> str:
    code, operation = code_of(error), error.operation_name
    words = " ".join(str(error.response.get("Error", {}).get("Message", "")).split())
    if code in STALE_CODES:
        return f"the AWS credentials are wrong or expired ({code}); sign in again, such as with aws sso login"
    if code in DENIED_CODES:
        return f"no right to {operation} ({words}); let an administrator of the account run this, or grant it"
    return f"AWS refused {operation}: {code} {words}"
