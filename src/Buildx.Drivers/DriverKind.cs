using Buildx.Drivers.Store;

namespace Buildx.Drivers;

/// <summary>What <c>create</c> has to know of a driver before there is a node.</summary>
public abstract class DriverKind
{
    public abstract string Name { get; }

    /// <summary>Builders of this driver are there without being created.</summary>
    public virtual bool IsImplicit => false;

    /// <summary>Whether a <c>buildkitd.toml</c> and flags can be given to its engine.</summary>
    public virtual bool TakesConfiguration => true;

    public virtual bool TakesSeveralNodes => true;

    /// <summary>The name of a new node that the user gave none; null for the builder's with a number.</summary>
    public virtual string? NameNode(string builder) => null;

    /// <summary>What is stored as the endpoint of a node.</summary>
    /// <param name="node">Its name; empty for one that is numbered.</param>
    /// <param name="asked">What the user named; null for nothing.</param>
    /// <exception cref="DriverException">It is none for this driver.</exception>
    public abstract string ResolveEndpoint(string builder, string node, string? asked);

    /// <exception cref="DriverException">An unknown option or a bad value.</exception>
    public abstract void CheckOptions(IReadOnlyDictionary<string, string>? options);

    /// <summary>Said when a node was changed whose engine may run already.</summary>
    public virtual string ChangeNote(string builder) => $"a running engine keeps its old settings until it is stopped: buildx stop {builder}";

    /// <summary>Completes the flags of a new node.</summary>
    public virtual IReadOnlyList<string>? CompleteFlags(IReadOnlyList<string>? flags, IReadOnlyDictionary<string, string>? options, bool configurationAllowsHostNetwork) => flags;

    /// <exception cref="DriverException">The node's options or its endpoint are wrong.</exception>
    public abstract IDriver Open(BuilderRecord builder, NodeRecord node);
}
