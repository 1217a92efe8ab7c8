namespace Buildx.Engine.Operations.Files;

/// <summary>Who will own what an action makes; what is not said is root.</summary>
internal sealed record OwnerPlan(OwnerName? User, OwnerName? Group);

/// <param name="Id">The numeric id, when <paramref name="Name"/> is null.</param>
/// <param name="Name">A name to look up in <c>/etc/passwd</c> or <c>/etc/group</c> of <paramref name="Input"/>.</param>
internal sealed record OwnerName(uint Id, string? Name, int Input);

/// <summary>A resolved owner.</summary>
internal readonly record struct FileOwner(uint User, uint Group);
