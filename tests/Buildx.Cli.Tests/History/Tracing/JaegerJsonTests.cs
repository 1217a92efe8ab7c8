using System.Text;
using System.Text.Json.Nodes;
using Buildx.Cli.History.Tracing;

namespace Buildx.Cli.Tests.History.Tracing;

public sealed class JaegerJsonTests
{
    private const string Recorded = """
        {"Name":"build","SpanContext":{"TraceID":"0555ce1903feb85770d102846273073b","SpanID":"aa33ab2ca194d1bb","TraceFlags":"01","TraceState":"","Remote":false},
         "Parent":{"TraceID":"00000000000000000000000000000000","SpanID":"0000000000000000","TraceFlags":"00","TraceState":"","Remote":false},
         "SpanKind":3,"StartTime":"2024-01-12T14:57:40.000000999Z","EndTime":"2024-01-12T15:57:41.5+01:00",
         "Attributes":[{"Key":"n","Value":{"Type":"INT64","Value":5}},{"Key":"f","Value":{"Type":"FLOAT64","Value":1.5}},{"Key":"l","Value":{"Type":"STRINGSLICE","Value":["a","b"]}}],
         "Events":[{"Name":"message","Attributes":[{"Key":"ok","Value":{"Type":"BOOL","Value":true}}],"DroppedAttributeCount":2,"Time":"2024-01-12T14:57:40.000001Z"}],
         "Links":[{"SpanContext":{"TraceID":"1555ce1903feb85770d102846273073b","SpanID":"bb33ab2ca194d1bb","TraceFlags":"00","TraceState":"","Remote":false},"Attributes":null,"DroppedAttributeCount":0}],
         "Status":{"Code":"Error","Description":"no such file"},"DroppedAttributes":0,"DroppedEvents":0,"DroppedLinks":0,"ChildSpanCount":1,
         "Resource":[{"Key":"service.name","Value":{"Type":"STRING","Value":"buildkitd"}},{"Key":"telemetry.sdk.language","Value":{"Type":"STRING","Value":"go"}}],
         "InstrumentationLibrary":{"Name":"otelgrpc","Version":"0.45","SchemaURL":""}}
        {"Name":"step","SpanContext":{"TraceID":"0555ce1903feb85770d102846273073b","SpanID":"cc33ab2ca194d1bb","TraceFlags":"00","TraceState":"","Remote":false},
         "Parent":{"TraceID":"0555ce1903feb85770d102846273073b","SpanID":"aa33ab2ca194d1bb","TraceFlags":"00","TraceState":"","Remote":false},
         "SpanKind":1,"StartTime":"2024-01-12T14:57:40Z","EndTime":"2024-01-12T14:57:40Z","Attributes":null,"Events":null,"Links":null,
         "Status":{"Code":0,"Description":""},"Resource":null,"InstrumentationLibrary":{"Name":"","Version":"","SchemaURL":""}}
        """;

    [Fact]
    public void Spans_of_an_engine_become_what_Jaeger_reads()
    {
        var written = JaegerJson.Write(SpanReader.Read(Encoding.UTF8.GetBytes(Recorded)));

        AssertSame(
            """
            {"data":[{"traceID":"0555ce1903feb85770d102846273073b","spans":[
              {"traceID":"0555ce1903feb85770d102846273073b","spanID":"aa33ab2ca194d1bb","flags":1,"operationName":"build",
               "references":[
                 {"refType":"FOLLOWS_FROM","traceID":"1555ce1903feb85770d102846273073b","spanID":"bb33ab2ca194d1bb"},
                 {"refType":"CHILD_OF","traceID":"00000000000000000000000000000000","spanID":"0000000000000000"}],
               "startTime":1705071460000000,"duration":1499999,
               "tags":[
                 {"key":"n","type":"int64","value":5},{"key":"f","type":"float64","value":1.5},{"key":"l","type":"string","value":"[\"a\",\"b\"]"},
                 {"key":"otel.library.name","type":"string","value":"otelgrpc"},{"key":"otel.library.version","type":"string","value":"0.45"},
                 {"key":"span.kind","type":"string","value":"client"},{"key":"error","type":"bool","value":true},
                 {"key":"otel.status_code","type":"string","value":"ERROR"},{"key":"otel.status_description","type":"string","value":"no such file"}],
               "logs":[{"timestamp":1705071460000001,"fields":[
                 {"key":"event","type":"string","value":"message"},{"key":"ok","type":"bool","value":true},
                 {"key":"otel.event.dropped_attributes_count","type":"int64","value":2}]}],
               "processID":"p0","warnings":null},
              {"traceID":"0555ce1903feb85770d102846273073b","spanID":"cc33ab2ca194d1bb","operationName":"step",
               "references":[{"refType":"CHILD_OF","traceID":"0555ce1903feb85770d102846273073b","spanID":"aa33ab2ca194d1bb"}],
               "startTime":1705071460000000,"duration":0,"tags":[],"logs":null,"processID":"p1","warnings":null}],
             "processes":{
               "p0":{"serviceName":"buildkitd","tags":[{"key":"telemetry.sdk.language","type":"string","value":"go"}]},
               "p1":{"serviceName":"","tags":null}},
             "warnings":null}]}
            """,
            written);
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("{\"Name\":\"build\"}")]
    [InlineData("[1, 2]")]
    public void What_is_no_list_of_spans_is_refused(string text) =>
        Assert.Throws<FormatException>(() => SpanReader.Read(Encoding.UTF8.GetBytes(text)));

    private static void AssertSame(string expected, byte[] actual)
    {
        var found = JsonNode.Parse(actual);
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), found), found!.ToJsonString());
    }
}
