import JSONWire

extension VirtualService {
    /// Istio's `HTTPFaultInjection`: what clients are to suffer, so that one sees how they bear it.
    package struct Fault: Hashable, Sendable {
        package struct Delay: Hashable, Sendable {
            package var duration: Duration
            /// 0…100. Nothing said means nobody.
            package var percentage: Double

            package init(duration: Duration, percentage: Double = 0) {
                self.duration = duration
                self.percentage = percentage
            }
        }

        package struct Abort: Hashable, Sendable {
            package enum Answer: Hashable, Sendable {
                /// 200…599.
                case http(status: Int)
                /// 0…16.
                case grpc(status: Int)
            }

            package var answer: Answer
            /// 0…100. Nothing said means nobody.
            package var percentage: Double

            package init(_ answer: Answer, percentage: Double = 0) {
                self.answer = answer
                self.percentage = percentage
            }
        }

        /// At least one of the two is there.
        package var delay: Delay?
        package var abort: Abort?

        package init(delay: Delay? = nil, abort: Abort? = nil) {
            self.delay = delay
            self.abort = abort
        }
    }
}

extension VirtualService.Fault {
    init(_ reader: SchemaReader) throws(SchemaError) {
        let fields = try reader.fields(["delay", "abort"])
        if let delay = try fields["delay"]?.fields(
            ["fixedDelay", "percentage", "percent"], unsupported: ["exponentialDelay"])
        {
            let fixed = try delay.required("fixedDelay")
            let duration = try fixed.duration()
            guard duration >= .milliseconds(1) else { throw fixed.error("must be at least 1ms") }
            // `percent` is how it was written once; the newer field goes before.
            let old = try delay["percent"]?.integer(in: 0...100)
            let percentage = try delay["percentage"]?.percentage()
            self.delay = Delay(duration: duration, percentage: percentage ?? old.map { Double($0) } ?? 0)
        }
        if let abort = try fields["abort"]?.fields(
            ["httpStatus", "grpcStatus", "percentage"], unsupported: ["http2Error"])
        {
            let answer: Abort.Answer
            switch try abort.one(of: "httpStatus", "grpcStatus") {
            case ("httpStatus", let status)?: answer = .http(status: try status.integer(in: 200...599))
            case (_, let name)?: answer = .grpc(status: try name.choice(Self.grpcStatuses))
            case nil: throw abort.error("either \"httpStatus\" or \"grpcStatus\" is required")
            }
            self.abort = Abort(answer, percentage: try abort["percentage"]?.percentage() ?? 0)
        }
        guard delay != nil || abort != nil else { throw fields.error("needs \"delay\" or \"abort\"") }
    }

    /// <https://github.com/grpc/grpc/blob/master/doc/statuscodes.md>
    private static let grpcStatuses: KeyValuePairs<String, Int> = [
        "OK": 0, "CANCELLED": 1, "UNKNOWN": 2, "INVALID_ARGUMENT": 3, "DEADLINE_EXCEEDED": 4, "NOT_FOUND": 5,
        "ALREADY_EXISTS": 6, "PERMISSION_DENIED": 7, "RESOURCE_EXHAUSTED": 8, "FAILED_PRECONDITION": 9, "ABORTED": 10,
        "OUT_OF_RANGE": 11, "UNIMPLEMENTED": 12, "INTERNAL": 13, "UNAVAILABLE": 14, "DATA_LOSS": 15,
        "UNAUTHENTICATED": 16,
    ]
}

extension SchemaReader {
    /// Istio's `Percent`, `{value: 0.1}`: 0…100, and nothing between 0 and a ten-thousandth, the smallest share.
    func percentage() throws(SchemaError) -> Double {
        guard let value = try fields(["value"])["value"] else { return 0 }
        guard let percent = value.value.double else {
            throw value.error("expected a number, found \(value.value.text)")
        }
        guard percent == 0 || (0.0001...100).contains(percent) else {
            throw value.error("\(percent) is out of range; expected 0, or between 0.0001 and 100")
        }
        return percent
    }
}
