using Buildx.Bake.Hcl.Values;

namespace Buildx.Bake.Tests.Hcl;

public sealed class NumberTests
{
    [Theory]
    [InlineData("0", "0")]
    [InlineData("1.50", "1.5")]
    [InlineData("0.1", "0.1")]
    [InlineData("-0", "-0")]
    [InlineData("1e3", "1000")]
    [InlineData("12e-1", "1.2")]
    [InlineData("123456789012345678901234567890.123456789", "123456789012345678901234567890.123456789")]
    [InlineData("0.000001", "0.000001")]
    [InlineData("+7", "7")]
    [InlineData("9.999", "9.999")]
    public void A_decimal_comes_back_as_it_was_written(string text, string printed)
    {
        Assert.True(Number.TryParse(text, out var number));
        Assert.Equal(printed, number.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("-")]
    [InlineData("1.2.3")]
    [InlineData("1e")]
    [InlineData("0x10")]
    [InlineData("1_000")]
    [InlineData(" 1")]
    [InlineData("1e99999999")]
    public void What_is_no_decimal_is_not_read(string text) => Assert.False(Number.TryParse(text, out _));

    [Theory]
    [InlineData(0.1, "0.1")]
    [InlineData(1e21, "1000000000000000000000")]
    [InlineData(3.14159, "3.14159")]
    public void A_double_is_printed_with_as_few_digits_as_tell_it_apart(double value, string printed) =>
        Assert.Equal(printed, Number.FromDouble(value).ToString());

    [Fact]
    public void A_third_has_as_many_digits_as_its_precision()
    {
        var third = Number.Divide(Parse("1"), Parse("3"))!.Value;
        Assert.Equal("0." + new string('3', 154) + "5", third.ToString());
        Assert.Equal("1", Number.Multiply(third, Parse("3"))!.Value.ToString());
    }

    [Fact]
    public void Fractions_are_equal_when_they_print_the_same() => Assert.Equal(Parse("0.1"), Number.FromDouble(0.1));

    private static Number Parse(string text) => Number.TryParse(text, out var number) ? number : throw new FormatException(text);
}
