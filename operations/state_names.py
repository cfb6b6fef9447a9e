"""Where a stack's state lives, by account and region: names that everybody can derive and nobody has to note.

They begin with `pulumi-`, so that rights on what the program makes (`airflow-*`) never reach the state.
"""

from dataclasses import dataclass

LIFETIME_TAG = "TimeToLiveHours"
"""The program's mark of a stack that is meant to go again: on its resources, and so in its state."""


@dataclass(frozen=True, kw_only=True)
class StateNames:
    """Bucket and key of the state of all stacks in one account and region."""

    account_id: str
    region: str

    @property
    def bucket(self) -> str:
        """At most 59 characters (S3 allows 63); bucket names are unique in the whole partition."""
        return f"pulumi-airflow-state-{self.account_id}-{self.region}"

    @property
    def alias(self) -> str:
        """The key's alias; aliases are unique per account and region."""
        return "alias/pulumi-airflow-state"

    @property
    def backend_url(self) -> str:
        """What `pulumi login` is given."""
        return f"s3://{self.bucket}?region={self.region}"

    @property
    def secrets_provider(self) -> str:
        """What `pulumi stack init --secrets-provider` is given."""
        return f"awskms://{self.alias}?region={self.region}"
