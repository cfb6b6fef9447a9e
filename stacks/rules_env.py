"""Rules about extra environment and extra airflow.cfg: what is ours, and what does not belong in a stack file."""
