# One of many files has changed since the last build, and one COPY takes them all.
# shellcheck source=bench/workloads/tree.part
. "$root/bench/workloads/tree.part"
title='one file changed among 50,000' runs=5 budget=0.1 full=50000
prepare() { copied_files; }
before() {
  echo "$1 $RANDOM" >>tree/$(ls tree | head -n 1)/100
  sync
}
run() { build "$1" .; }
