using System.Globalization;
using Buildx.Oci;

namespace Buildx.Dockerfile;

/// <summary>Names of steps, <c>[linux/arm64 build 2/5] RUN make</c>; users and tools know this form.</summary>
internal static class StepName
{
    /// <summary>The description of a step that holds the instruction as it was written.</summary>
    public const string DescriptionKey = "com.docker.dockerfile.v1.command";

    /// <summary>Counts the step.</summary>
    public static string Create(StageNode node, string text, bool showPlatform, Platform? platform, IVariables environment, bool isTrigger = false)
    {
        if (node.StepCount == 0)
            return text;
        node.Step++;
        return Current(node, text, showPlatform, platform, environment, isTrigger);
    }

    public static string Current(StageNode node, string text, bool showPlatform, Platform? platform, IVariables environment, bool isTrigger)
    {
        if (node.StepCount == 0)
            return text;
        var total = node.StepCount.ToString(CultureInfo.InvariantCulture);
        var step = node.Step.ToString(CultureInfo.InvariantCulture).PadLeft(total.Length);
        var platformText = showPlatform && platform is not null ? GlobalScope.Full(platform) + Cross(platform, environment) + " " : "";
        var stage = node.DisplayName.Length > 0 ? node.DisplayName + " " : "";
        return $"[{platformText}{stage}{step}/{total}] {(isTrigger ? "ONBUILD " : "")}{text}";
    }

    /// <summary>The first word in upper case, variables replaced as far as that works.</summary>
    public static string Text(string text, WordExpander expander, IVariables environment)
    {
        try
        {
            text = expander.Expand(text, environment).Text;
        }
        catch (ExpansionException)
        {
            // Only a name: as written will do.
        }
        var blank = text.IndexOf(' ');
        var keyword = blank < 0 ? text : text[..blank];
        var upper = keyword.ToUpperInvariant();
        return upper == keyword ? text : string.Concat(upper, text.AsSpan(keyword.Length));
    }

    /// <summary><c>->arm64</c> in a stage that builds for another platform than it runs on.</summary>
    private static string Cross(Platform runsOn, IVariables environment)
    {
        var target = Target(runsOn, environment);
        if (target is null || (target.Os == runsOn.Os && target.Architecture == runsOn.Architecture))
            return "";
        return target.Os != runsOn.Os
            ? "->" + GlobalScope.Full(target)
            : "->" + target.Architecture + (target.Variant is null ? "" : "/" + target.Variant);
    }

    private static Platform? Target(Platform runsOn, IVariables environment)
    {
        string? os = null, architecture = null, variant = null;
        foreach (var name in environment.Names)
        {
            var value = environment.Find(name);
            switch (name)
            {
                case "TARGETPLATFORM" when Platform.TryParse(value, out var platform):
                    return platform;
                case "TARGETOS":
                    os = value;
                    break;
                case "TARGETARCH":
                    architecture = value;
                    break;
                case "TARGETVARIANT":
                    variant = value;
                    break;
            }
        }
        if (os is null && architecture is null && variant is null)
            return null;
        return new Platform(
            string.IsNullOrEmpty(os) ? runsOn.Os : os,
            string.IsNullOrEmpty(architecture) ? runsOn.Architecture : architecture,
            string.IsNullOrEmpty(variant) ? null : variant).Normalize();
    }
}
