# 30 targets: a base, four tools on it, 24 applications, and one that takes something of each. The steps wait instead of computing, so
# that the processors are not what is measured: what is left above the longest path through the steps is the engine's and the client's.
title='bake of 30 linked targets' runs=5
prepare() {
  mkdir -p app
  seq 100 >app/list
  cat >app/Dockerfile <<'DOCKERFILE'
FROM tool AS dependencies
COPY list .
RUN sleep 1; wc -l list > /dependencies

FROM dependencies AS build
ARG NUMBER
RUN sleep 1; echo $NUMBER > /built

FROM dependencies AS check
ARG NUMBER
RUN sleep 1; echo checked $NUMBER > /checked

FROM scratch
COPY --from=build /built /app/
COPY --from=check /checked /app/
DOCKERFILE
  cat >docker-bake.hcl <<'HCL'
variable "RUN" { default = "0" }
group "default" { targets = ["all"] }
target "_common" {
  args    = { RUN = RUN }
  network = "host"
  output  = ["type=cacheonly"]
}
target "base" {
  inherits          = ["_common"]
  dockerfile-inline = "FROM busybox:1.36\nARG RUN\nRUN sleep 1; echo base $RUN > /base\n"
}
target "tool" {
  inherits          = ["_common"]
  name              = "tool-${tool}"
  matrix            = { tool = ["1", "2", "3", "4"] }
  contexts          = { base = "target:base" }
  dockerfile-inline = "FROM base\nRUN sleep 1; echo tool ${tool} > /tool\n"
}
target "app" {
  inherits = ["_common"]
  name     = "app-${number}"
  matrix   = { number = [for i in range(24) : "${i}"] }
  context  = "app"
  contexts = { tool = "target:tool-${number % 4 + 1}" }
  args     = { NUMBER = number }
}
target "all" {
  inherits          = ["_common"]
  contexts          = { for i in range(24) : "app-${i}" => "target:app-${i}" }
  dockerfile-inline = "FROM scratch\n${join("\n", [for i in range(24) : "COPY --from=app-${i} /app /app-${i}"])}\n"
}
target "chain" {
  inherits          = ["_common"]
  contexts          = { app = "target:app-0" }
  dockerfile-inline = "FROM scratch\nCOPY --from=app /app /app-0\n"
}
HCL
  before 0
  warm_up
}
# Another value in each run, so that no step is cached.
before() { export RUN="$1-$RANDOM$RANDOM"; }
run() { "$1" bake --progress=rawjson --allow=network.host; }
behind() { critical_path | awk -v elapsed="$elapsed" '{ print elapsed / $1 }' >>"$work/times/path-$1"; }
note() {
  printf '  time of the bake / longest path through its steps: ours %s, theirs %s\n' "$(figures 2 <"$work/times/path-ours")" "$(figures 2 <"$work/times/path-theirs")"
}

# critical_path  The longest path through the steps of the build that was just logged, in seconds: the sum of their own times.
critical_path() {
  jq -nR '
    def seconds: capture("^(?<whole>[^.Z]+)(?<part>\\.[0-9]+)?Z$") | ("\(.whole)Z" | fromdate) + (.part // "0" | tonumber);
    [inputs | fromjson? | .vertexes[]? | select(.started and .completed) | { digest, inputs: (.inputs // []), from: (.started | seconds), to: (.completed | seconds) }]
    | group_by(.digest) | map(max_by(.to - .from)) | sort_by(.to)
    | reduce .[] as $step ({}; .[$step.digest] = ([.[$step.inputs[]] // 0] | max // 0) + $step.to - $step.from)
    | [.[]] | max' "$work/log"
}
