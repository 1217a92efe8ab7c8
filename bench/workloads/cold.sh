# From nothing: no engine runs, no builder exists, the page cache is empty. The example for eight platforms is built and pushed, with
# everything from creating the builder on being timed. Theirs is a docker-container builder whose image Docker Engine has already:
# BuildKit's own image can't be had from Debian, so that the container holds this project's engine. What is compared is the way there.
# Nothing is removed before the end: for minutes ext4 without a journal searches around inodes that were freed just now.
title='cold start: create, eight platforms, push' runs=5 budget=0.5
prepare() {
  attempt env BUILDX_EXECUTABLE="$buildx" "$root/images/engine/make" "$place/engine.tar" buildx-engine:bench
  DOCKER_HOST=unix://$work/theirs/docker.sock attempt "$peers/bin/docker" load -i "$place/engine.tar"
  attempt ours stop bench
  builders=()
}
before() {
  builder=cold-$1
  builders+=("$builder")
  empty_cache
}
run() {
  local flags=()
  [ "$1" = ours ] || flags=(--driver docker-container --driver-opt "image=buildx-engine:bench" --driver-opt network=host)
  "$1" create --name "$builder" "${flags[@]}" --buildkitd-config "$work/ours/buildkitd.toml"
  "$1" build --builder "$builder" --progress=plain --output "type=image,name=$registry/cold-$1,push=true" \
    --platform="$eight_platforms" "$root/examples/platforms"
}
behind() {
  attempt "$1" stop "$builder"
  empty_cache
}
empty_cache() {
  sync
  echo 3 >/proc/sys/vm/drop_caches
}
finish() {
  for builder in "${builders[@]}"; do
    ours rm --force "$builder" >/dev/null 2>&1 || true
    theirs rm --force "$builder" >/dev/null 2>&1 || true
  done
}
