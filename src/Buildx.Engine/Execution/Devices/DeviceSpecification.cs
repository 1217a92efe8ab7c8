using System.Collections.Immutable;
using Buildx.Engine.Execution.Bundles;
using Buildx.Linux;

namespace Buildx.Engine.Execution.Devices;

/// <summary>Reads a specification of the Container Device Interface, in YAML or JSON.</summary>
internal static class DeviceSpecification
{
    private static readonly string[] Versions = ["0.1.0", "0.2.0", "0.3.0", "0.4.0", "0.5.0", "0.6.0", "0.7.0", "0.8.0", "1.0.0", "1.1.0"];

    /// <exception cref="DeviceSpecificationException">It is none, or asks for what this engine can't do.</exception>
    public static ImmutableArray<Device> Read(string text, string file)
    {
        var spec = YamlSection.Parse(text, file);
        var version = spec.RequiredText("cdiVersion");
        if (!Versions.Contains(version.TrimStart('v')))
            throw spec.At("cdiVersion", $"version {version} is not known (the newest is {Versions[^1]})");
        var kind = spec.RequiredText("kind");
        if (!IsKind(kind))
            throw spec.At("kind", $"\"{kind}\" is not of the form vendor.com/class");
        var annotations = ReadAnnotations(spec);
        var edits = ReadEdits(spec);
        var devices = ImmutableArray.CreateBuilder<Device>();
        foreach (var section in spec.Sections("devices"))
        {
            var name = section.RequiredText("name");
            if (!IsName(name, "_-.:"))
                throw section.At("name", $"\"{name}\" is not a device's name");
            devices.Add(new Device($"{kind}={name}", annotations.SetItems(ReadAnnotations(section)), edits, ReadEdits(section)));
            section.RefuseUnread();
        }
        spec.RefuseUnread();
        return devices.Count > 0 ? devices.ToImmutable() : throw spec.At("devices", "is empty");
    }

    private static ImmutableDictionary<string, string> ReadAnnotations(YamlSection section) =>
        section.Section("annotations")?.Pairs().ToImmutableDictionary(pair => pair.Key, pair => pair.Value) ?? [];

    private static ContainerEdits ReadEdits(YamlSection owner)
    {
        if (owner.Section("containerEdits") is not { } section)
            return ContainerEdits.None;
        foreach (var key in (ReadOnlySpan<string>)["netDevices", "intelRdt"])
        {
            if (section.Has(key))
                throw section.At(key, "not supported in this version");
        }
        var edits = new ContainerEdits(
            [.. section.Texts("env")],
            [.. section.Sections("deviceNodes").Select(ReadNode)],
            [.. section.Sections("mounts").Select(ReadMount)],
            [.. section.Sections("hooks").Select(ReadHook)],
            [.. section.Texts("additionalGids").Select(text => uint.TryParse(text, out var group) ? group : throw section.At("additionalGids", $"\"{text}\" is not a group's number"))]);
        foreach (var variable in edits.Environment)
        {
            if (variable.IndexOf('=') <= 0)
                throw section.At("env", $"\"{variable}\" is not of the form NAME=value");
        }
        section.RefuseUnread();
        return edits;
    }

    private static DeviceNode ReadNode(YamlSection section)
    {
        var path = RequiredPath(section, "path");
        var permissions = section.Text("permissions") ?? "rwm";
        if (permissions.AsSpan().IndexOfAnyExcept("rwm") >= 0)
            throw section.At("permissions", $"\"{permissions}\" is not made of r, w and m");
        var (major, minor) = (section.Unsigned("major"), section.Unsigned("minor") ?? 0);
        var node = new DeviceNode(
            path,
            section.Text("hostPath") ?? path,
            section.Text("type") switch
            {
                null => null,
                "c" or "u" => FileType.CharacterDevice,
                "b" => FileType.BlockDevice,
                "p" => FileType.Fifo,
                var other => throw section.At("type", $"\"{other}\" is not a kind of device node (want b, c, u or p)"),
            },
            major is null || (major == 0 && minor == 0) ? null : new DeviceNumber(major.Value, minor),
            section.Unsigned("fileMode") & 0xfff,
            permissions,
            section.Unsigned("uid"),
            section.Unsigned("gid"));
        section.RefuseUnread();
        return node;
    }

    private static BundleMount ReadMount(YamlSection section)
    {
        var options = section.Texts("options").ToImmutableArray();
        var type = section.Text("type") ?? "bind";
        if (type == "bind" && !options.Contains("bind") && !options.Contains("rbind"))
            options = options.Add("rbind");
        var mount = new BundleMount(RequiredPath(section, "containerPath"), type, section.RequiredText("hostPath"), options);
        section.RefuseUnread();
        return mount;
    }

    private static ContainerHook ReadHook(YamlSection section)
    {
        var stage = section.RequiredText("hookName");
        if (!ContainerHook.Stages.Contains(stage))
            throw section.At("hookName", $"\"{stage}\" is not a kind of hook (want {string.Join(", ", ContainerHook.Stages)})");
        var hook = new ContainerHook(
            stage, RequiredPath(section, "path"), [.. section.Texts("args")], [.. section.Texts("env")], (int?)section.Unsigned("timeout"));
        section.RefuseUnread();
        return hook;
    }

    private static string RequiredPath(YamlSection section, string key)
    {
        var path = section.RequiredText(key);
        return Path.IsPathRooted(path) ? Path.GetFullPath(path) : throw section.At(key, $"\"{path}\" is not an absolute path");
    }

    private static bool IsKind(string kind) =>
        kind.Split('/') is [var vendor, var kindOfDevice] && IsName(vendor, "_-.") && char.IsAsciiLetter(vendor[0]) && IsName(kindOfDevice, "_-") && char.IsAsciiLetter(kindOfDevice[0]);

    private static bool IsName(string text, string between) =>
        text.Length > 0 && char.IsAsciiLetterOrDigit(text[0]) && char.IsAsciiLetterOrDigit(text[^1])
        && text.All(c => char.IsAsciiLetterOrDigit(c) || between.Contains(c, StringComparison.Ordinal));
}
