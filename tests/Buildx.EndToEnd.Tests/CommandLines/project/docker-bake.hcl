variable "TAG" {
  default = "latest"
}

variable "PORT" {
  type    = number
  default = 80
}

group "default" {
  targets = ["app", "tool"]
}

target "common" {
  args = { WHO = "somebody" }
}

target "app" {
  inherits   = ["common"]
  dockerfile = "Dockerfile"
  tags       = ["example.com/app:${TAG}"]
  labels     = { port = "${PORT}" }
  platforms  = ["linux/amd64", "linux/arm64"]
  output     = ["type=cacheonly"]
}

target "tool" {
  description = "A tool"
  matrix      = { size = ["small", "large"] }
  name        = "tool-${size}"
  target      = "named"
  args        = { WHO = size }
  cache-from  = ["type=local,src=cache"]
}
