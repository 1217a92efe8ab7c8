namespace Buildx.Bake.Entries;

/// <summary>One secret: its id, and the file or the environment variable that it is read from.</summary>
public sealed record SecretEntry(string Id, string Source = "", string Variable = "")
{
    /// <exception cref="FormatException">Not a secret.</exception>
    public static SecretEntry Parse(string text)
    {
        var (id, source, variable, type) = ("", "", "", "");
        foreach (var (name, value) in CsvFields.Split(text).Select(EntryText.SplitPair))
        {
            switch (name.ToLowerInvariant())
            {
                case "type" when value is "file" or "env":
                    type = value;
                    break;
                case "type":
                    EntryText.Refuse($"there is no type \"{value}\" of secrets (want file or env)");
                    break;
                case "id":
                    id = value;
                    break;
                case "source" or "src":
                    source = value;
                    break;
                case "env":
                    variable = value;
                    break;
                default:
                    EntryText.Refuse($"there is no key \"{name}\" of secrets (want id, src, env, type)");
                    break;
            }
        }
        return type == "env" && variable.Length == 0 ? new SecretEntry(id, "", source) : new SecretEntry(id, source, variable);
    }

    /// <summary>The form that <c>--secret</c> takes.</summary>
    public override string ToString()
    {
        var pairs = new List<KeyValuePair<string, string>>();
        if (Id.Length > 0)
            pairs.Add(new("id", Id));
        if (Source.Length > 0)
            pairs.Add(new("src", Source));
        if (Variable.Length > 0)
            pairs.Add(new("env", Variable));
        return EntryText.Join(pairs);
    }
}
