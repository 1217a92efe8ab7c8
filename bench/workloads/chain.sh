# The longest chain of the targets of "bake" alone: base, tool, application, last target.
# shellcheck source=bench/workloads/bake.sh
. "$root/bench/workloads/bake.sh"
title='its longest chain alone' runs=5
run() { "$1" bake --progress=rawjson --allow=network.host chain; }
unset -f behind note
