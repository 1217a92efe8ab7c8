using Buildx.Bake.Hcl.Expressions;
using Buildx.Bake.Hcl.Syntax;
using Buildx.Bake.Hcl.Values;

namespace Buildx.Bake.Hcl.Json;

/// <summary>A JSON value as an expression: strings are templates, also those that are names.</summary>
internal sealed class JsonExpression : Expression
{
    private readonly JsonNode _node;
    private readonly Lazy<(Expression Template, DiagnosticBag Errors)> _template;

    public JsonExpression(JsonNode node)
        : base(node.Range)
    {
        _node = node;
        _template = new(ParseTemplate);
    }

    public override IReadOnlyList<Expression>? AsList() => _node.Kind == JsonKind.Array ? [.. _node.Elements.Select(element => new JsonExpression(element))] : null;

    public override IReadOnlyList<KeyValuePair<Expression, Expression>>? AsMap() => _node.Kind == JsonKind.Object
        ? [.. _node.Properties.Select(property => KeyValuePair.Create<Expression, Expression>(ToName(property), new JsonExpression(property.Value)))]
        : null;

    // Where no value is wanted, the string holds an expression rather than a template.
    public override Traversal? AsTraversal() => ReadInside()?.AsTraversal();

    public override StaticCall? AsCall() => ReadInside()?.AsCall();

    internal override void CollectReferences(ReferenceCollector collector)
    {
        switch (_node.Kind)
        {
            case JsonKind.Text when !_template.Value.Errors.HasErrors:
                collector.Visit(_template.Value.Template);
                break;
            case JsonKind.Array:
                foreach (var element in _node.Elements)
                    collector.Visit(new JsonExpression(element));
                break;
            case JsonKind.Object:
                foreach (var property in _node.Properties)
                {
                    collector.Visit(ToName(property));
                    collector.Visit(new JsonExpression(property.Value));
                }
                break;
        }
    }

    private protected override Value EvaluateCore(EvaluationScope scope, DiagnosticBag diagnostics)
    {
        switch (_node.Kind)
        {
            case JsonKind.Text:
                var (template, errors) = _template.Value;
                diagnostics.AddRange(errors);
                return errors.HasErrors ? Value.DynamicUnknown : template.Evaluate(scope, diagnostics);
            case JsonKind.Array:
                return Value.Tuple([.. _node.Elements.Select(element => new JsonExpression(element).Evaluate(scope, diagnostics))]);
            case JsonKind.Object:
                return MakeObject(scope, diagnostics);
            case JsonKind.Invalid:
                return Value.DynamicUnknown;
            default:
                return _node.Literal;
        }
    }

    private Value MakeObject(EvaluationScope scope, DiagnosticBag diagnostics)
    {
        var members = new Dictionary<string, Value>(StringComparer.Ordinal);
        var isKnown = true;
        foreach (var property in _node.Properties)
        {
            var key = ToName(property).Evaluate(scope, diagnostics);
            var value = new JsonExpression(property.Value).Evaluate(scope, diagnostics);
            if (ObjectKeys.Read(key, property.NameRange, diagnostics) is not { } name)
                isKnown = false;
            else if (!members.TryAdd(name, value))
                diagnostics.Error(property.NameRange, $"the object has an attribute {Mismatch.Quote(name)} already");
        }
        return isKnown ? Value.Object(members) : Value.DynamicUnknown;
    }

    private static JsonExpression ToName(JsonProperty property) => new(new JsonNode(JsonKind.Text, property.NameRange) { Text = property.Name });

    private (Expression Template, DiagnosticBag Errors) ParseTemplate()
    {
        var errors = new DiagnosticBag();
        return (Parser.ParseTemplate(Range.Source, _node.Text, Inside, errors), errors);
    }

    private Expression? ReadInside()
    {
        if (_node.Kind != JsonKind.Text)
            return null;
        var errors = new DiagnosticBag();
        var expression = Parser.ParseExpression(Range.Source, _node.Text, Inside, errors);
        return errors.HasErrors ? null : expression;
    }

    private TextPosition Inside => Range.Start with { Column = Range.Start.Column + 1 };
}
