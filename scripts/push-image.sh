#!/usr/bin/env bash
# Pushes a built image to an ECR repository, and prints what it is called there as NAME=VALUE lines: image (by digest),
# line (for airflow:airflow of the stack files). Usage: scripts/push-image.sh ARCHIVE LOCAL_NAME REPOSITORY. Needs AWS credentials and their region.
set -euo pipefail

archive="$1" local_name="$2" repository="$3"
[[ "$repository" =~ ^[0-9]{12}\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com(\.cn)?/ ]] ||
    { echo "push-image: '$repository' is no ECR repository" >&2; exit 1; }

# The Airflow version first, as the stack file's rule wants it; the commit, because a tag is never pushed twice.
version="$(sed -n 's|^FROM apache/airflow:\([^@]*\).*|\1|p' image/Dockerfile)"
tag="$version-$(git rev-parse --short=12 HEAD)"

{
    docker load --input "$archive"
    aws ecr get-login-password --region "${BASH_REMATCH[1]}" |
        docker login --username AWS --password-stdin "${repository%%/*}"
    docker tag "$local_name" "$repository:$tag"
    docker push "$repository:$tag"
} >&2
digest="$(docker buildx imagetools inspect "$repository:$tag" --format '{{json .Manifest.Digest}}' | tr -d '"')"
[[ "$digest" =~ ^sha256:[0-9a-f]{64}$ ]] || { echo "push-image: no digest of $repository:$tag" >&2; exit 1; }
printf 'image=%s@%s\nline=image: {repository: %s, tag: "%s", digest: "%s"}\n' \
    "$repository" "$digest" "$repository" "$tag" "$digest"
