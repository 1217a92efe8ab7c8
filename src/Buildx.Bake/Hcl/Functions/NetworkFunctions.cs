using System.Numerics;
using Buildx.Bake.Hcl.Values;
using static Buildx.Bake.Hcl.Functions.Define;

namespace Buildx.Bake.Hcl.Functions;

/// <summary>Networks in CIDR notation.</summary>
internal static class NetworkFunctions
{
    private const int LargestExtension = 32;
    private const string NoNetwork = "must be a network such as 10.0.0.0/8 or fd00::/8";

    public static IReadOnlyList<HclFunction> All { get; } =
    [
        Function("cidrhost", "Calculates a full host IP address within a given IP network address prefix.", HclType.String, [Text("prefix"), Numeric("hostnum")], Host),
        Function("cidrnetmask", "Converts an IPv4 address prefix given in CIDR notation into a subnet mask address.", HclType.String, [Text("prefix")],
            arguments => IpNetwork.TryParse(arguments[0].AsString, out var network) ? Value.String(network.Write(network.Mask)) : Fail(NoNetwork, 0)),
        Function("cidrsubnet", "Calculates a subnet address within a given IP network address prefix.", HclType.String,
            [Text("prefix"), Numeric("newbits"), Numeric("netnum")], Subnet),
        Function("cidrsubnets", "Calculates many consecutive subnet addresses at once, rather than just a single subnet extension.", HclType.List(HclType.String),
            [Text("prefix")], Subnets, Numeric("newbits")),
    ];

    private static FunctionResult Host(IReadOnlyList<Value> arguments)
    {
        if (!IpNetwork.TryParse(arguments[0].AsString, out var network))
            return Fail(NoNetwork, 0);
        if (!arguments[1].AsNumber.TryGetInt64(out var number))
            return Fail(Integers.Required, 1);
        // Negative numbers count from the end.
        var host = number < 0 ? network.Size + number : number;
        return host < 0 || host >= network.Size
            ? Fail($"is outside: a network of {network.PrefixLength} bits has {network.Size} addresses", 1)
            : Value.String(network.Write(network.Start + host));
    }

    private static FunctionResult Subnet(IReadOnlyList<Value> arguments)
    {
        if (!IpNetwork.TryParse(arguments[0].AsString, out var network))
            return Fail(NoNetwork, 0);
        if (!Integers.TryRead(arguments[1], out var bits) || bits is < 0 or > LargestExtension)
            return Fail($"must be a whole number from 0 to {LargestExtension}", 1);
        if (network.PrefixLength + bits > network.AddressLength)
            return Fail($"is too much: an address has {network.AddressLength} bits, and {network.PrefixLength} are taken", 1);
        if (!arguments[2].AsNumber.TryGetInt64(out var number) || number < 0 || number >= BigInteger.One << bits)
            return Fail($"must be a whole number below {BigInteger.One << bits}, as many as there are such subnets", 2);
        var subnet = network with { PrefixLength = network.PrefixLength + bits };
        return Value.String((subnet with { Start = network.Start + (number * subnet.Size) }).ToString());
    }

    private static FunctionResult Subnets(IReadOnlyList<Value> arguments)
    {
        if (!IpNetwork.TryParse(arguments[0].AsString, out var network))
            return Fail(NoNetwork, 0);
        var subnets = new List<string>();
        var next = network.Start;
        for (var i = 1; i < arguments.Count; i++)
        {
            if (!Integers.TryRead(arguments[i], out var bits) || bits is < 1 or > LargestExtension)
                return Fail($"must all be whole numbers from 1 to {LargestExtension}", i);
            var subnet = network with { PrefixLength = network.PrefixLength + bits };
            if (subnet.PrefixLength > network.AddressLength)
                return Fail($"is too much: an address has {network.AddressLength} bits, and {network.PrefixLength} are taken", i);
            // Each begins at a multiple of its own size.
            var start = (next + subnet.Size - 1) / subnet.Size * subnet.Size;
            if (start + subnet.Size > network.Start + network.Size)
                return Fail($"finds no room left for a subnet of {subnet.PrefixLength} bits", i);
            subnets.Add((subnet with { Start = start }).ToString());
            next = start + subnet.Size;
        }
        return Value.Strings(subnets);
    }
}
