# Nothing has changed in a context of many files.
# shellcheck source=bench/workloads/tree.part
. "$root/bench/workloads/tree.part"
title='fully cached build, 50,000 files' runs=5 budget=0.2 full=50000
prepare() {
  many_files tree "$size"
  printf 'FROM busybox:1.36\nCOPY tree /tree\n' >Dockerfile
  sync
  warm_up
}
run() { build "$1" .; }
finish() { prune; }
