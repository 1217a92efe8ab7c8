# Sourced by bench/run: how one workload is measured.
# shellcheck shell=bash disable=SC2154

# attempt COMMAND...  Runs it, and shows what it wrote if it fails.
attempt() {
  "$@" >"$work/log" 2>&1 || { tail -n 20 "$work/log" >&2; die "failed: $*"; }
}

# attempt_run SIDE  What is timed; theirs three times if need be: the BuildKit of Docker Engine 28 fails now and then when linked
# targets are built at once ("failed to get dead record").
attempt_run() {
  local i
  if [ "$1" = theirs ]; then
    for i in 1 2; do
      ! run theirs >"$work/log" 2>&1 || return 0
      failures=$((failures + 1))
      ! is_function before || before "again-$i"
    done
  fi
  attempt run "$1"
}

# warm_up  Everyone does it once, untimed.
warm_up() {
  local side
  for side in $sides; do attempt_run "$side"; done
}

is_function() { [ "$(type -t "$1")" = function ]; }

# time_one SIDE  Sets elapsed to the seconds of wall clock. (EPOCHREALTIME, not date: no process is started inside.)
time_one() {
  local from to before=-1
  while [ $failures != $before ]; do
    # What failed on the way was timed with it, and what was built is cached now.
    [ $before = -1 ] || ! is_function before || before "again-$failures"
    before=$failures
    from=${EPOCHREALTIME/./}
    attempt_run "$1"
    to=${EPOCHREALTIME/./}
  done
  elapsed=$(printf '%d.%06d' $(((to - from) / 1000000)) $(((to - from) % 1000000)))
}

# load_workload NAME  Reads its file: title, runs, sides, and what else workloads/README.md names.
load_workload() {
  name=$1
  unset -f prepare before run behind after finish note
  title= runs=5 sides='ours theirs' budget='' full=
  # shellcheck disable=SC1090
  . "$root/bench/workloads/$name.sh"
  [ "$alone" = no ] || sides=ours
  command -v buildah >/dev/null || sides=${sides/ buildah/}
  size=$full
  [ -z "$chosen_runs" ] || runs=$chosen_runs
}

# measure  Runs the loaded workload; leaves the times of each side in $work/times/SIDE.
measure() {
  # No name that a workload's own loops take: what a function calls sees its variables.
  local round side turn
  local -a order
  failures=0
  rm -rf "$work/times"
  # Nothing that has many files is removed before the end: an ext4 without a journal searches around inodes that were freed in the last
  # five minutes, whoever makes a file then waits for it.
  place=$work/places/$name-$size
  mkdir -p "$work/times" "$place"
  cd "$place"
  ! is_function prepare || prepare
  load_before=$(cut -d ' ' -f 1 /proc/loadavg)
  forget_peak_memory
  for ((round = 1; round <= runs; round++)); do
    ! is_function before || before "$round"
    # Who begins changes from run to run, so that nobody always finds the machine as the same other one left it.
    read -ra order <<<"$sides"
    for ((turn = 0; turn < ${#order[@]}; turn++)); do
      side=${order[(turn + round) % ${#order[@]}]}
      time_one "$side"
      echo "$elapsed" >>"$work/times/$side"
      ! is_function behind || behind "$side"
    done
    ! is_function after || after
  done
  load_after=$(cut -d ' ' -f 1 /proc/loadavg)
  memory=$(jq -cn --argjson ours "$(peak_memory ours)" --argjson theirs "$(peak_memory theirs)" '{ $ours, $theirs }')
  ! is_function finish || finish
  cd "$work"
}

# summarize FILE  One JSON object.
summarize() {
  jq -cs 'sort | { median: ((.[((length - 1) / 2 | floor)] + .[(length / 2 | floor)]) / 2), min: .[0], max: .[-1], runs: . }' "$1"
}

# outcome  What was measured, as one JSON object.
outcome() {
  local side
  for side in $sides; do jq -cn --arg side "$side" --argjson times "$(summarize "$work/times/$side")" '{ ($side): $times }'; done |
    jq -cs --arg name "$name" --arg title "$title" --arg budget "$budget" --argjson failures "$failures" --argjson memory "$memory" --argjson before "$load_before" --argjson after "$load_after" \
      '{ $name, $title } + (add as $sides | $sides + { ratio: ($sides.ours.median / ($sides.theirs // $sides.ours).median) })
       + (if $budget == "" then {} else { budget: ($budget | tonumber) } end) + { failures: $failures, peakMemoryMegabytes: $memory, loadAverage: { $before, $after } }'
}
