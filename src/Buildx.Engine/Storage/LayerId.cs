namespace Buildx.Engine.Storage;

/// <summary>Names one immutable layer of this engine's store. Opaque, never reused.</summary>
internal readonly record struct LayerId(string Value)
{
    public override string ToString() => Value;
}
