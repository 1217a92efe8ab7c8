namespace Buildx.Bake.Compose;

/// <summary>A secret at the top of a Compose file.</summary>
internal sealed record ComposeSecret(string File, string Variable, bool IsExternal)
{
    private static readonly string[] Keys = ["name", "environment", "file", "external", "labels", "driver", "driver_opts", "template_driver"];

    public static ComposeSecret Read(ComposeEntry entry, DiagnosticBag diagnostics)
    {
        if (entry.Value is not ComposeMapping mapping)
        {
            if (entry.Value is not ComposeScalar { IsNull: true })
                diagnostics.Error(entry.Value.Range, $"the secret {entry.Key} is a mapping, not {entry.Value.Kind}");
            return new ComposeSecret("", "", false);
        }
        var fields = new ComposeFields(mapping, $"the secret {entry.Key}", diagnostics);
        fields.CheckKeys(Keys);
        var isExternal = mapping["external"] is ComposeMapping or ComposeScalar { Value: true or "true" };
        return new ComposeSecret(fields.Text("file") ?? "", fields.Text("environment") ?? "", isExternal);
    }
}
