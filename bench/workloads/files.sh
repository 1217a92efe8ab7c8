# Nothing has changed in a context of many files.
# shellcheck source=bench/workloads/tree.part
. "$root/bench/workloads/tree.part"
title='fully cached build, 50,000 files' runs=5 budget=0.2 full=50000
prepare() { copied_files; }
run() { build "$1" .; }
