import JSONWire
import Patterns
import Testing

@testable import Discovery

@Suite struct `Access logs of discovery` {
    @Test(arguments: [
        AccessLog(path: "/dev/stdout"),
        AccessLog(path: "/var/log/a", format: .text(AccessLog.known("%START_TIME% %REQ(:PATH)%\n"))),
        AccessLog(
            path: "/a", format: .json(["code": AccessLog.known("%RESPONSE_CODE%"), "x": AccessLog.known("y%%")]),
            filter: .all([
                .status(.atLeast, 400), .duration(.atMost, 20), .share(FractionalPercent(numerator: 5)),
                .any([.flags(["UO", "DC"]), .flags([]), .notHealthCheck]),
                .grpcStatus([14, 0], excluded: true),
            ])),
    ])
    func `are read as they are written`(log: AccessLog) throws {
        #expect(try AccessLog(json: log.json) == log)
        #expect(try AccessLog(json: JSONValue.parse(log.json.serialized())) == log)
    }

    @Test func `have Envoy's default line when nothing is said`() throws {
        let log = try AccessLog(
            json: [
                "name": "envoy.access_loggers.stdout",
                "typed_config": [
                    "@type": "type.googleapis.com/envoy.extensions.access_loggers.stream.v3.StdoutAccessLog"
                ],
            ])

        #expect(log == AccessLog(path: "/dev/stdout"))
        #expect(AccessLog.envoyDefault.literal == nil)
        #expect(AccessLog.envoyDefault.source.hasPrefix("[%START_TIME%] \"%REQ(:METHOD)%"))
    }

    @Test(
        arguments: [
            (
                ["path": "/a", "log_format": ["text_format_source": ["inline_string": "%NOPE%"]]],
                "typed_config.log_format.text_format_source.inline_string", "NOPE"
            ),
            (["log_format": ["json_format": ["a": "%PROTOCOL%"]]], "typed_config.path", "required"),
            (
                ["path": "/a", "log_format": ["json_format": [:]]], "typed_config.log_format.json_format",
                "at least one"
            ),
            (
                ["path": "/a", "log_format": ["text_format": "%REQ(a%"]], "typed_config.log_format.text_format",
                "have no end"
            ),
        ] as [(JSONValue, String, String)])
    func `refuse what cannot be written`(config: JSONValue, pointer: String, words: String) {
        let log: JSONValue = [
            "name": "x",
            "typed_config": config.typed(
                "type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog"),
        ]

        let error = #expect(throws: SchemaError.self) { try AccessLog(json: log) }

        #expect(error?.path == pointer)
        #expect(error?.description.contains(words) == true)
    }

    @Test(
        arguments: [
            (["and_filter": ["filters": [["not_health_check_filter": [:]]]]], "at least two"),
            ([:], "says nothing"),
            (["traceable_filter": [:]], "not supported"),
            (["grpc_status_filter": ["statuses": [17]]], "16"),
            (["status_code_filter": ["comparison": ["op": "GT", "value": ["default_value": 1]]]], "GT"),
        ] as [(JSONValue, String)])
    func `refuse filters that mean nothing`(filter: JSONValue, words: String) {
        let error = #expect(throws: SchemaError.self) { try AccessLogFilter(json: filter) }

        #expect(error?.description.contains(words) == true, "\(String(describing: error))")
    }
}
