using Buildx.Bake.Hcl.Values;

namespace Buildx.Bake.Hcl.Functions;

/// <param name="Type">Arguments are converted to it.</param>
/// <param name="AllowsNull">Otherwise null is an error before the function sees it.</param>
/// <param name="AllowsUnknown">Otherwise the result of an unknown argument is unknown, and the function never sees it.</param>
public sealed record FunctionParameter(string Name, HclType Type, bool AllowsNull = false, bool AllowsUnknown = false);
