using Buildx.Bake.Hcl;

namespace Buildx.Bake.Definitions;

/// <summary>What a definition file may have, at the top and in each kind of block.</summary>
internal static class DefinitionSchema
{
    public const string Target = "target";
    public const string Group = "group";
    public const string Variable = "variable";
    public const string Function = "function";

    public static BodySchema File { get; } = new(
        [],
        [new BlockSchema(Variable, "name"), new BlockSchema(Function, "name"), new BlockSchema(Target, "name"), new BlockSchema(Group, "name")]);

    public static BodySchema VariableBlock { get; } = new(
        [new AttributeSchema("type"), new AttributeSchema("default"), new AttributeSchema("description")],
        [new BlockSchema("validation")]);

    public static BodySchema Validation { get; } = new([new AttributeSchema("condition"), new AttributeSchema("error_message")], []);

    public static BodySchema FunctionBlock { get; } = new(
        [new AttributeSchema("params"), new AttributeSchema("variadic_params"), new AttributeSchema("result")],
        []);

    public static BodySchema GroupBlock { get; } = new(
        [new AttributeSchema("targets"), new AttributeSchema("description"), new AttributeSchema("name"), new AttributeSchema("matrix")],
        []);

    public static BodySchema TargetBlock { get; } = new(
        [.. TargetAttribute.All.Select(attribute => new AttributeSchema(attribute.Name)), new AttributeSchema("name"), new AttributeSchema("matrix")],
        []);
}
