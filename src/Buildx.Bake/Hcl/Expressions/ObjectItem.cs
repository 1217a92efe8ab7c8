namespace Buildx.Bake.Hcl.Expressions;

internal sealed record ObjectItem(ObjectKeyExpression Key, Expression Value);
