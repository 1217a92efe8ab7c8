namespace Buildx.Engine.Operations.Files.Repeating;

/// <summary>A copy can't go on from an earlier one: everything has to be made.</summary>
internal sealed class CopyNotRepeatableException() : Exception("the copy has to be made as a whole");
