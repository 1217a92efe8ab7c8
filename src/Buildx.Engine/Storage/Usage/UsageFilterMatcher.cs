using System.Text.RegularExpressions;

namespace Buildx.Engine.Storage;

/// <summary>
/// A <see cref="UsageFilter"/>, parsed: containerd's filter language over the fields <c>id, parents, description, inuse, mutable,
/// immutable, type, shared, private</c>.
/// </summary>
internal sealed class UsageFilterMatcher
{
    private readonly List<List<Term>> _alternatives = [];

    /// <exception cref="FormatException">An expression makes no sense; the message shows where.</exception>
    public UsageFilterMatcher(UsageFilter filter)
    {
        foreach (var expression in filter.Expressions)
            _alternatives.Add(Parse(expression));
    }

    public bool Matches(UsageRecord record)
    {
        if (_alternatives.Count == 0)
            return true;
        foreach (var terms in _alternatives)
        {
            if (terms.TrueForAll(term => term.Matches(record)))
                return true;
        }
        return false;
    }

    private static List<Term> Parse(string expression)
    {
        var terms = new List<Term>();
        var position = 0;
        // An empty expression has no terms and holds for everything.
        while (position < expression.Length)
        {
            var field = ReadWord(expression, ref position, isValue: false);
            var @operator = ReadOperator(expression, ref position);
            var value = @operator == Operator.Present ? "" : ReadWord(expression, ref position, isValue: true);
            terms.Add(new Term(field, @operator, value, @operator == Operator.Matches ? ToRegex(expression, value) : null));
            if (position == expression.Length)
                break;
            if (expression[position] != ',' || position + 1 == expression.Length)
                throw Error(expression, position, "want a comma and one more term");
            position++;
        }
        return terms;
    }

    private static string ReadWord(string expression, ref int position, bool isValue)
    {
        var start = position;
        if (position < expression.Length && expression[position] is '"' or '/' or '|')
        {
            var quote = expression[position++];
            var text = new System.Text.StringBuilder();
            while (position < expression.Length && expression[position] != quote)
            {
                if (expression[position] == '\\' && position + 1 < expression.Length && (quote == '"' || expression[position + 1] == quote))
                    position++;
                text.Append(expression[position++]);
            }
            if (position == expression.Length)
                throw Error(expression, start, "the quote does not end");
            position++;
            return text.ToString();
        }
        while (position < expression.Length && expression[position] != ','
            && (isValue || expression[position] is not ('=' or '!' or '~')))
        {
            position++;
        }
        return position > start ? expression[start..position] : throw Error(expression, start, isValue ? "want a value" : "want a field");
    }

    private static Operator ReadOperator(string expression, ref int position)
    {
        if (position == expression.Length || expression[position] == ',')
            return Operator.Present;
        var found = expression.AsSpan(position) switch
        {
            ['=', '=', ..] => Operator.Equal,
            ['!', '=', ..] => Operator.NotEqual,
            ['~', '=', ..] => Operator.Matches,
            _ => throw Error(expression, position, "want ==, != or ~="),
        };
        position += 2;
        return found;
    }

    private static Regex ToRegex(string expression, string value)
    {
        try
        {
            return new Regex(value, RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);
        }
        catch (Exception exception) when (exception is ArgumentException or NotSupportedException)
        {
            throw new FormatException($"invalid filter \"{expression}\": {exception.Message}", exception);
        }
    }

    private static FormatException Error(string expression, int position, string want) =>
        new($"invalid filter \"{expression}\": {want} at character {position + 1}");

    private enum Operator { Present, Equal, NotEqual, Matches }

    private sealed record Term(string Field, Operator Operator, string Value, Regex? Pattern)
    {
        public bool Matches(UsageRecord record)
        {
            var (value, present) = Get(record);
            return Operator switch
            {
                Operator.Present => present,
                Operator.Equal => present && value == Value,
                Operator.NotEqual => value != Value,
                _ => present && Pattern!.IsMatch(value),
            };
        }

        private (string Value, bool Present) Get(UsageRecord record) => Field switch
        {
            "id" => (record.Id, record.Id.Length > 0),
            "parents" => (string.Join(';', record.Parents), record.Parents.Count > 0),
            "description" => (record.Description, record.Description.Length > 0),
            "inuse" => ("", record.InUse),
            "mutable" => ("", record.Mutable),
            "immutable" => ("", !record.Mutable),
            "type" => (record.Type.ToName(), true),
            "shared" => ("", record.Shared),
            "private" => ("", !record.Shared),
            _ => ("", false),
        };
    }
}
