using System.Text;
using System.Text.Json.Nodes;

namespace Buildx.Cli.Templates;

/// <summary>
/// What users give to <c>--format</c>: Go's text/template over JSON. A field is found under its name in JSON, whatever its case:
/// <c>.MediaType</c> is <c>mediaType</c>, <c>.DiffIDs</c> is <c>diff_ids</c>.
/// </summary>
internal sealed class GoTemplate
{
    private readonly IReadOnlyList<TemplateNode> _nodes;

    private GoTemplate(IReadOnlyList<TemplateNode> nodes) => _nodes = nodes;

    /// <exception cref="TemplateException"/>
    public static GoTemplate Parse(string template) => new(new TemplateParser(TemplateLexer.Read(template)).Parse());

    /// <param name="indented">How <c>json</c> writes: over several lines, or on one.</param>
    /// <exception cref="TemplateException">It asks for something that <paramref name="data"/> does not have.</exception>
    public string Render(JsonNode? data, bool indented = false)
    {
        var run = new Run(data, new TemplateFunctions(indented));
        run.Write(_nodes, data);
        return run.Output.ToString();
    }

    private sealed class Run(JsonNode? root, TemplateFunctions functions)
    {
        private readonly Dictionary<string, JsonNode?> _variables = new(StringComparer.Ordinal) { ["$"] = root };

        public StringBuilder Output { get; } = new();

        public void Write(IReadOnlyList<TemplateNode> nodes, JsonNode? dot)
        {
            foreach (var node in nodes)
            {
                switch (node)
                {
                    case TemplateNode.Text text:
                        Output.Append(text.Value);
                        break;
                    case TemplateNode.Print print:
                        var value = Evaluate(print.Pipeline, dot);
                        if (print.Pipeline.Variables.Count == 0)
                            Output.Append(TemplateValue.Text(value));
                        break;
                    case TemplateNode.If choice:
                        var condition = Evaluate(choice.Condition, dot);
                        var holds = TemplateValue.IsTrue(condition);
                        Write(holds ? choice.Then : choice.Else, holds && choice.SetsDot ? condition : dot);
                        break;
                    case TemplateNode.Range range:
                        WriteRange(range, dot);
                        break;
                }
            }
        }

        private void WriteRange(TemplateNode.Range range, JsonNode? dot)
        {
            var entries = TemplateValue.Entries(Evaluate(range.Over, dot)).ToList();
            foreach (var (key, value) in entries)
            {
                if (range.Over.Variables is [.., var last])
                    _variables[last] = value;
                if (range.Over.Variables is [var first, _])
                    _variables[first] = key;
                Write(range.Body, value);
            }
            if (entries.Count == 0)
                Write(range.Else, dot);
        }

        private JsonNode? Evaluate(TemplatePipeline pipeline, JsonNode? dot)
        {
            JsonNode? result = null;
            for (var i = 0; i < pipeline.Commands.Count; i++)
                result = EvaluateCommand(pipeline.Commands[i], dot, i > 0 ? [result] : []);
            if (pipeline.Variables is [var only])
                _variables[only] = result;
            return result;
        }

        private JsonNode? EvaluateCommand(IReadOnlyList<TemplateOperand> operands, JsonNode? dot, IReadOnlyList<JsonNode?> piped)
        {
            var first = operands[0];
            if (first.Kind == OperandKind.Function)
            {
                var arguments = operands.Skip(1).Select(operand => Evaluate(operand, dot)).Concat(piped).ToList();
                try
                {
                    return Follow(functions.Call(first.Name, arguments), first);
                }
                catch (TemplateException e)
                {
                    throw new TemplateException($"character {first.Offset + 1}: {e.Message}");
                }
            }
            if (operands.Count > 1 || piped.Count > 0)
                throw new TemplateException($"character {first.Offset + 1}: only a function takes arguments");
            return Evaluate(first, dot);
        }

        private JsonNode? Evaluate(TemplateOperand operand, JsonNode? dot) => operand.Kind switch
        {
            OperandKind.Literal => operand.Value,
            OperandKind.Dot => Follow(dot, operand),
            OperandKind.Variable => Follow(
                _variables.TryGetValue(operand.Name, out var value) ? value
                : throw new TemplateException($"character {operand.Offset + 1}: there is no variable {operand.Name}"),
                operand),
            OperandKind.Pipeline => Follow(Evaluate(operand.Pipeline!, dot), operand),
            _ => EvaluateCommand([operand], dot, []),
        };

        private JsonNode? Follow(JsonNode? value, TemplateOperand operand)
        {
            foreach (var field in operand.Fields)
            {
                if (value is JsonValue or JsonArray)
                    throw new TemplateException($"character {operand.Offset + 1}: there is no .{field} in {TemplateValue.Text(value)}");
                var found = TemplateValue.TryFind(value as JsonObject, field, out var next);
                // What has a fixed set of fields is the whole; below it, something may be there or not.
                if (!found && ReferenceEquals(value, root) && root is JsonObject known)
                    throw new TemplateException($"character {operand.Offset + 1}: there is no .{field}; there are {string.Join(", ", known.Select(pair => "." + pair.Key))}");
                value = next;
            }
            return value;
        }
    }
}
