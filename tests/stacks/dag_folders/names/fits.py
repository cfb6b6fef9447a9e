"""No DAG: a name that fits, beside one that does not."""
