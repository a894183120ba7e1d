internal import CNghttp2

/// What nghttp2 calls, turned into calls of a session's owner. Each finds the session by the user data that
/// ``HTTP2Session`` has set, which lives as long as nghttp2's session.
enum HTTP2Callbacks {
    static func set(_ callbacks: OpaquePointer?) {
        nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks) { _, frame, context in
            guard let frame, let owner = sessionOwner(context), isRequest(frame) else { return 0 }
            owner.headBegan(id(frame))
            return 0
        }
        nghttp2_session_callbacks_set_on_header_callback(callbacks) {
            _, frame, name, nameCount, value, valueCount, _, context in
            // Trailers are read and dropped.
            guard let frame, let owner = sessionOwner(context), isRequest(frame) else { return 0 }
            owner.headField(
                id(frame), name: UnsafeRawBufferPointer(start: name, count: nameCount),
                value: UnsafeRawBufferPointer(start: value, count: valueCount))
            return 0
        }
        nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks) { _, _, stream, bytes, count, context in
            sessionOwner(context)?.bodyReceived(
                HTTP2StreamID(number: stream), UnsafeRawBufferPointer(start: bytes, count: count))
            return 0
        }
        nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks) { _, frame, context in
            guard let frame, let owner = sessionOwner(context) else { return 0 }
            received(frame, owner)
            return 0
        }
        nghttp2_session_callbacks_set_on_stream_close_callback(callbacks) { _, stream, code, context in
            sessionOwner(context)?.streamClosed(HTTP2StreamID(number: stream), code: code)
            return 0
        }
    }

    /// Fills a DATA frame.
    static let nextBody: nghttp2_data_source_read_callback = { _, stream, bytes, count, flags, _, context in
        let nothing = Int(NGHTTP2_ERR_DEFERRED.rawValue)
        guard let owner = sessionOwner(context), let bytes, let flags else { return nothing }
        let buffer = UnsafeMutableRawBufferPointer(start: bytes, count: count)
        switch owner.nextBody(HTTP2StreamID(number: stream), into: buffer) {
        case .nothingYet: return nothing
        case .bytes(let count): return count
        case .last(let count):
            flags.pointee |= NGHTTP2_DATA_FLAG_EOF.rawValue
            return count
        case .beforeTrailers(let count):
            flags.pointee |= NGHTTP2_DATA_FLAG_EOF.rawValue | NGHTTP2_DATA_FLAG_NO_END_STREAM.rawValue
            return count
        }
    }
}

private func received(_ frame: UnsafePointer<nghttp2_frame>, _ owner: any HTTP2SessionOwner) {
    let header = frame.pointee.hd
    let endsStream = header.flags & UInt8(NGHTTP2_FLAG_END_STREAM.rawValue) != 0
    switch nghttp2_frame_type(rawValue: UInt32(header.type)) {
    case NGHTTP2_HEADERS:
        if isRequest(frame) {
            owner.headEnded(id(frame), endsStream: endsStream)
        } else if endsStream {
            owner.bodyEnded(id(frame))
        }
    case NGHTTP2_DATA:
        if endsStream {
            owner.bodyEnded(id(frame))
        } else if header.length == 0 {
            owner.controlReceived()
        }
    case NGHTTP2_RST_STREAM: owner.resetReceived(id(frame))
    case NGHTTP2_SETTINGS:
        owner.controlReceived()
        if header.flags & UInt8(NGHTTP2_FLAG_ACK.rawValue) == 0 { owner.settingsReceived() }
    case NGHTTP2_PING:
        owner.controlReceived()
        if header.flags & UInt8(NGHTTP2_FLAG_ACK.rawValue) != 0 { owner.pingAnswered() }
    default: break
    }
}

private func sessionOwner(_ context: UnsafeMutableRawPointer?) -> (any HTTP2SessionOwner)? {
    guard let context else { return nil }
    return Unmanaged<HTTP2Session>.fromOpaque(context).takeUnretainedValue().owner
}

private func id(_ frame: UnsafePointer<nghttp2_frame>) -> HTTP2StreamID {
    HTTP2StreamID(number: frame.pointee.hd.stream_id)
}

private func isRequest(_ frame: UnsafePointer<nghttp2_frame>) -> Bool {
    frame.pointee.hd.type == UInt8(NGHTTP2_HEADERS.rawValue)
        && frame.pointee.headers.cat == NGHTTP2_HCAT_REQUEST
}
