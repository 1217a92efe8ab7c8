using System.Text;

namespace Buildx.Protocol.Sessions;

/// <summary>The percent-encoding of <c>grpc-message</c>: every byte outside of printable ASCII, and the percent sign.</summary>
internal static class GrpcMessage
{
    public static string Encode(string message)
    {
        if (message.All(c => c is >= ' ' and <= '~' and not '%'))
            return message;
        var encoded = new StringBuilder(message.Length * 2);
        foreach (var value in Encoding.UTF8.GetBytes(message))
        {
            if (value is >= (byte)' ' and <= (byte)'~' and not (byte)'%')
                encoded.Append((char)value);
            else
                encoded.Append('%').Append(value.ToString("X2", System.Globalization.CultureInfo.InvariantCulture));
        }
        return encoded.ToString();
    }
}
