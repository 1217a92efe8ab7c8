target "app" {
  dockerfile = nothing
}
