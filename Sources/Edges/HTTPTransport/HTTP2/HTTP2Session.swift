internal import CNghttp2
internal import HTTPWire

/// A stream's number. A client's are odd (RFC 9113 §5.1.1).
struct HTTP2StreamID: Hashable {
    let number: Int32
}

/// An error code of RFC 9113 §7; others are only ever received.
enum HTTP2ErrorCode: UInt32 {
    case noError = 0
    case protocolError = 1
    case internalError = 2
    case refusedStream = 7
    case cancel = 8
    case enhanceYourCalm = 11
}

/// What a body that is being sent has ready.
enum HTTP2BodyPiece {
    /// This many bytes were put in place.
    case bytes(Int)
    /// The same, and they are the last.
    case last(Int)
    /// The same, and trailers, which have been submitted, end the stream.
    case beforeTrailers(Int)
    /// Nothing until ``HTTP2Session/resumeBody(of:)``.
    case nothingYet
}

/// Who gets what happens in a session. Called from within ``HTTP2Session/receive(_:)`` and
/// ``HTTP2Session/nextOutput()``; those two must not be called from here, everything else may.
protocol HTTP2SessionOwner: AnyObject {
    /// The first head of a stream.
    func headBegan(_ id: HTTP2StreamID)
    func headField(_ id: HTTP2StreamID, name: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer)
    func headEnded(_ id: HTTP2StreamID, endsStream: Bool)
    /// Further fields of a stream: trailers, or another head after one of an interim response.
    func laterBegan(_ id: HTTP2StreamID)
    func laterField(_ id: HTTP2StreamID, name: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer)
    func laterEnded(_ id: HTTP2StreamID, endsStream: Bool)
    func bodyReceived(_ id: HTTP2StreamID, _ bytes: UnsafeRawBufferPointer)
    /// The body is complete.
    func bodyEnded(_ id: HTTP2StreamID)
    /// A frame that costs its sender nothing: PING, SETTINGS, or DATA without any.
    func controlReceived()
    func resetReceived(_ id: HTTP2StreamID)
    func settingsReceived()
    func pingAnswered()
    /// The peer takes no new streams (GOAWAY).
    func endAnnounced()
    /// The stream is no more; whatever is sent on it from here on goes nowhere.
    func streamClosed(_ id: HTTP2StreamID, code: UInt32)
    /// Fills in what the next DATA frame of a stream carries.
    func nextBody(_ id: HTTP2StreamID, into buffer: UnsafeMutableRawBufferPointer) -> HTTP2BodyPiece
}

/// One connection's HTTP/2, without any I/O: nghttp2's session, whose bytes go in and come out here.
///
///     channel ─ receive ────→ ┌─────────┐ ─ head, body, end ──────→ connection
///                             │ session │
///     channel ←─ nextOutput ─ └─────────┘ ←─ submit, reset, resume ─ connection
///
/// nghttp2 knows frames, HPACK, windows and the states of streams, and refuses what is malformed. Windows for bodies are
/// opened by hand, ``consume(_:of:)``, so that a client cannot send more than is taken.
///
/// It belongs to one loop. It keeps its owner until ``detach()``.
final class HTTP2Session {
    private let session: OpaquePointer
    private(set) var owner: (any HTTP2SessionOwner)?

    /// A server's session; its SETTINGS are the first thing to be sent.
    ///
    /// - Parameter headBytes: how large a head may be, as the client is told.
    convenience init(serverFor owner: any HTTP2SessionOwner, limits: HTTP2Limits, headBytes: Int) {
        self.init(
            owner, limits,
            [
                Self.setting(NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, limits.concurrentStreams),
                Self.setting(NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, limits.streamWindow),
                Self.setting(NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, headBytes),
                Self.setting(NGHTTP2_SETTINGS_NO_RFC7540_PRIORITIES, 1),
            ] + (limits.allowsUpgrades ? [Self.setting(NGHTTP2_SETTINGS_ENABLE_CONNECT_PROTOCOL, 1)] : [])
        ) { nghttp2_session_server_new2(&$0, $1, nil, $2) }
    }

    /// A client's session; the preface and its SETTINGS, which refuse pushed responses, are the first to be sent.
    ///
    /// - Parameter headBytes: how large a head may be, as the server is told.
    convenience init(clientFor owner: any HTTP2SessionOwner, limits: HTTP2Limits, headBytes: Int) {
        self.init(
            owner, limits,
            [
                Self.setting(NGHTTP2_SETTINGS_ENABLE_PUSH, 0),
                Self.setting(NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, limits.streamWindow),
                Self.setting(NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, headBytes),
                Self.setting(NGHTTP2_SETTINGS_NO_RFC7540_PRIORITIES, 1),
            ]
        ) { nghttp2_session_client_new2(&$0, $1, nil, $2) }
    }

    private init(
        _ owner: any HTTP2SessionOwner, _ limits: HTTP2Limits, _ settings: [nghttp2_settings_entry],
        make: (inout OpaquePointer?, OpaquePointer?, OpaquePointer?) -> CInt
    ) {
        var callbacks: OpaquePointer?
        var options: OpaquePointer?
        nghttp2_session_callbacks_new(&callbacks)
        nghttp2_option_new(&options)
        defer {
            nghttp2_session_callbacks_del(callbacks)
            nghttp2_option_del(options)
        }
        HTTP2Callbacks.set(callbacks)
        nghttp2_option_set_no_auto_window_update(options, 1)
        var session: OpaquePointer?
        // The session is told where to find this object below, when there is one.
        guard make(&session, callbacks, options) == 0, let session else {
            preconditionFailure("no memory for an HTTP/2 session")
        }
        self.session = session
        self.owner = owner
        // Not retained: the session lives and dies with this object, and calls back only while a method of it runs.
        nghttp2_session_set_user_data(session, Unmanaged.passUnretained(self).toOpaque())
        var settings = settings
        nghttp2_submit_settings(session, flags, &settings, settings.count)
        nghttp2_session_set_local_window_size(session, flags, 0, Int32(clamping: max(65_535, limits.connectionWindow)))
    }

    deinit {
        nghttp2_session_del(session)
    }

    private static func setting(_ id: nghttp2_settings_id, _ value: Int) -> nghttp2_settings_entry {
        nghttp2_settings_entry(settings_id: Int32(id.rawValue), value: UInt32(clamping: min(value, Int(Int32.max))))
    }

    private var flags: UInt8 { UInt8(NGHTTP2_FLAG_NONE.rawValue) }

    /// Lets the owner go, who hears nothing more.
    func detach() {
        owner = nil
    }

    // MARK: Bytes

    /// Takes bytes from the connection. What breaks the protocol is answered by the session itself, with a reset or a
    /// GOAWAY that is part of the output.
    ///
    /// - Returns: false when the session is of no further use, as what came is not HTTP/2 at all.
    func receive(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard let start = bytes.bindMemory(to: UInt8.self).baseAddress else { return true }
        return nghttp2_session_mem_recv(session, start, bytes.count) >= 0
    }

    /// What came of asking for output.
    enum Output {
        /// Valid until the next call.
        case bytes(UnsafeRawBufferPointer)
        case nothing
        case failed
    }

    /// The next bytes to send, most often one frame.
    func nextOutput() -> Output {
        var start: UnsafePointer<UInt8>?
        let count = nghttp2_session_mem_send(session, &start)
        guard count >= 0 else { return .failed }
        guard count > 0, let start else { return .nothing }
        return .bytes(UnsafeRawBufferPointer(start: start, count: count))
    }

    /// Whether anything more can come of this session; otherwise the connection has had its time.
    var isOver: Bool { nghttp2_session_want_read(session) == 0 && nghttp2_session_want_write(session) == 0 }

    /// Whether so many frames wait, bodies aside, that the peer should send no more that has to be answered. A peer that
    /// merely takes bodies slowly must still be read from: it may be waiting for the same of us.
    var isBacklogged: Bool { nghttp2_session_get_outbound_queue_size(session) > 256 }

    // MARK: Sending

    /// Begins a request. Its body is asked for by ``HTTP2SessionOwner/nextBody(_:into:)``.
    ///
    /// - Returns: nothing when the connection has no number left for it.
    ///
    /// - Parameter isUpgrade: whether to ask for the head's `upgrade` by an extended CONNECT.
    func submit(_ head: RequestHead, scheme: StaticString, hasBody: Bool, isUpgrade: Bool = false) -> HTTP2StreamID? {
        var fields = HTTP2Fields(head, scheme: scheme, isUpgrade: isUpgrade)
        var body = nghttp2_data_provider(source: nghttp2_data_source(ptr: nil), read_callback: HTTP2Callbacks.nextBody)
        let number = fields.withValues { values, count in
            hasBody
                ? nghttp2_submit_request(session, nil, values, count, &body, nil)
                : nghttp2_submit_request(session, nil, values, count, nil, nil)
        }
        return number > 0 ? HTTP2StreamID(number: number) : nil
    }

    /// How many streams the server lets us have at a time; a hundred until it has said.
    var allowedStreams: Int {
        Int(clamping: nghttp2_session_get_remote_settings(session, NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS))
    }

    /// Whether the server knows what an extended CONNECT is, as far as it has said.
    var allowsUpgrades: Bool {
        nghttp2_session_get_remote_settings(session, NGHTTP2_SETTINGS_ENABLE_CONNECT_PROTOCOL) == 1
    }

    /// Whether the server takes new requests, and there are numbers left for them.
    var takesRequests: Bool { nghttp2_session_check_request_allowed(session) != 0 }

    /// Begins a response. Its body is asked for by ``HTTP2SessionOwner/nextBody(_:into:)``.
    func submit(_ head: ResponseHead, on id: HTTP2StreamID, hasBody: Bool) {
        var fields = HTTP2Fields(head)
        var body = nghttp2_data_provider(source: nghttp2_data_source(ptr: nil), read_callback: HTTP2Callbacks.nextBody)
        _ = fields.withValues { values, count in
            // A stream that is gone is no mistake: its client has reset it, and an answer comes too late.
            hasBody
                ? nghttp2_submit_response(session, id.number, values, count, &body)
                : nghttp2_submit_response(session, id.number, values, count, nil)
        }
    }

    /// Sends an interim response, such as 100.
    func submit(interim head: ResponseHead, on id: HTTP2StreamID) {
        var fields = HTTP2Fields(head)
        _ = fields.withValues { nghttp2_submit_headers(session, flags, id.number, nil, $0, $1, nil) }
    }

    /// Ends a stream with trailers, once its body is sent.
    func submit(trailers: HTTPHeaders, on id: HTTP2StreamID) {
        var fields = HTTP2Fields(trailers: trailers)
        _ = fields.withValues { nghttp2_submit_trailer(session, id.number, $0, $1) }
    }

    /// Says that there is more of a body, after ``HTTP2BodyPiece/nothingYet``.
    func resumeBody(of id: HTTP2StreamID) {
        nghttp2_session_resume_data(session, id.number)
    }

    func reset(_ id: HTTP2StreamID, _ code: HTTP2ErrorCode) {
        nghttp2_submit_rst_stream(session, flags, id.number, code.rawValue)
    }

    // MARK: Windows

    /// Lets the client send as many bytes more on a stream.
    func consume(_ count: Int, of id: HTTP2StreamID) {
        nghttp2_session_consume_stream(session, id.number, count)
    }

    /// The same for the connection, which every stream's bytes count against.
    func consume(_ count: Int) {
        nghttp2_session_consume_connection(session, count)
    }

    // MARK: Ending

    /// Tells the client to send no new requests here; those on their way are still served.
    func announceEnd() {
        nghttp2_submit_shutdown_notice(session)
    }

    /// Has the client answer what it has read until then: ``HTTP2SessionOwner/pingAnswered()``. A PING overtakes
    /// everything else that is to be sent, so that should be gone.
    func ping() {
        nghttp2_submit_ping(session, flags, nil)
    }

    /// Tells the client which requests are served; it may send the others again elsewhere.
    func end() {
        nghttp2_submit_goaway(
            session, flags, nghttp2_session_get_last_proc_stream_id(session), HTTP2ErrorCode.noError.rawValue, nil, 0)
    }

    /// Ends every stream and the connection, and says why.
    func terminate(_ code: HTTP2ErrorCode) {
        nghttp2_session_terminate_session(session, code.rawValue)
    }
}
