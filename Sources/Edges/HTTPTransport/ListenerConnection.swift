/// What a listener knows of a connection that it serves, whatever version of HTTP it speaks.
protocol ListenerConnection: AnyObject {
    /// Closes when idle; else once what is in progress has been answered, which tells the client so.
    func drain()
    /// Closes now, telling the handler of requests in progress.
    func abort(_ reason: HTTPStreamAbort)
}
