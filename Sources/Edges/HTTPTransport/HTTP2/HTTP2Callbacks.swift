internal import CNghttp2

/// What nghttp2 calls, turned into calls of a session's owner. Each finds the session by the user data that
/// ``HTTP2Session`` has set, which lives as long as nghttp2's session.
enum HTTP2Callbacks {
    static func set(_ callbacks: OpaquePointer?) {
        nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks) { _, frame, context in
            guard let frame, let owner = sessionOwner(context) else { return 0 }
            // A pushed response may be on its way before its server knows that we want none.
            guard frame.pointee.hd.type == UInt8(NGHTTP2_HEADERS.rawValue) else {
                return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE.rawValue
            }
            if isFirst(frame) { owner.headBegan(id(frame)) } else { owner.laterBegan(id(frame)) }
            return 0
        }
        nghttp2_session_callbacks_set_on_header_callback(callbacks) {
            _, frame, name, nameCount, value, valueCount, _, context in
            guard let frame, frame.pointee.hd.type == UInt8(NGHTTP2_HEADERS.rawValue),
                let owner = sessionOwner(context)
            else { return 0 }
            let name = UnsafeRawBufferPointer(start: name, count: nameCount)
            let value = UnsafeRawBufferPointer(start: value, count: valueCount)
            if isFirst(frame) {
                owner.headField(id(frame), name: name, value: value)
            } else {
                owner.laterField(id(frame), name: name, value: value)
            }
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
        if isFirst(frame) {
            owner.headEnded(id(frame), endsStream: endsStream)
        } else {
            owner.laterEnded(id(frame), endsStream: endsStream)
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
    case NGHTTP2_GOAWAY: owner.endAnnounced()
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

/// Whether a HEADERS frame is the first that its sender sends on the stream. Clients never ask for pushed ones.
private func isFirst(_ frame: UnsafePointer<nghttp2_frame>) -> Bool {
    frame.pointee.hd.type == UInt8(NGHTTP2_HEADERS.rawValue)
        && (frame.pointee.headers.cat == NGHTTP2_HCAT_REQUEST || frame.pointee.headers.cat == NGHTTP2_HCAT_RESPONSE)
}
