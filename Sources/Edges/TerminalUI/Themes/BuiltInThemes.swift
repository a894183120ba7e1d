// The text of `themes/harbor.theme` and `themes/daylight.theme`, so that the program draws without any file beside it.
// A test holds both to the files.

extension Theme {
    /// The theme for dark terminals.
    package static let dark = builtIn("harbor", harborText)
    /// The theme for light rooms.
    package static let light = builtIn("daylight", daylightText)

    private static func builtIn(_ name: String, _ text: String) -> Theme {
        do throws(ThemeError) {
            return try Theme(parsing: text, name: name, file: name + ".theme")
        } catch {
            preconditionFailure("a built-in theme does not parse: \(error)")
        }
    }
}

let harborText = """
    # harbor: cool greys and sea greens for dark terminals. The background stays the terminal's own.
    #
    # First the palette: a name, its colour, and what a terminal of 16 colours shows instead.
    # Then the roles: what each kind of thing looks like, as "ink on ground attributes".

    [palette]
    snow   = #eef3f8 bright-white
    fog    = #c5d0dc white
    slate  = #8796a8 bright-black
    steel  = #5b6b7f bright-black
    deep   = #24405c blue
    night  = #17222f black
    sea    = #56c2b6 cyan
    sky    = #6cb6ff bright-blue
    moss   = #7ccf7e green
    amber  = #e9b44c yellow
    coral  = #ff7b72 bright-red
    violet = #b99cff bright-magenta
    rose   = #f29fc4 magenta
    sand   = #d9c89a bright-yellow

    [roles]
    canvas         = default
    text           = fog
    dim            = slate
    title          = snow bold
    heading        = sea bold
    border         = steel
    focused-border = sea
    bar            = fog on night
    key            = sky bold
    accent         = sky
    selection      = snow on deep
    match          = amber underline
    prompt         = snow
    notice         = amber
    healthy        = moss
    degraded       = amber
    failure        = coral bold
    unknown        = slate
    edge           = steel
    ghost          = steel dim
    traffic        = sea
    series1        = sky
    series2        = sea
    series3        = violet
    series4        = sand
    series5        = rose
    series6        = moss
    """ + "\n"

let daylightText = """
    # daylight: ink on paper for light rooms. It brings its own ground, so it also reads well in a dark terminal.
    #
    # First the palette: a name, its colour, and what a terminal of 16 colours shows instead.
    # Then the roles: what each kind of thing looks like, as "ink on ground attributes".

    [palette]
    paper  = #f7f5ef bright-white
    ink    = #22272e black
    pencil = #59636e bright-black
    line   = #8d959e bright-black
    linen  = #e6e2d6 white
    wash   = #cfe3f5 cyan
    teal   = #0b6e6e cyan
    blue   = #0b5cad blue
    leaf   = #1d6f33 green
    ochre  = #855300 yellow
    brick  = #b3261e red
    plum   = #6b3fa0 magenta
    berry  = #9c2a6b magenta
    olive  = #5c6300 green

    [roles]
    canvas         = ink on paper
    text           = ink
    dim            = pencil
    title          = ink bold
    heading        = teal bold
    border         = line
    focused-border = teal
    bar            = ink on linen
    key            = blue bold
    accent         = blue
    selection      = ink on wash
    match          = ochre underline
    prompt         = ink
    notice         = ochre
    healthy        = leaf
    degraded       = ochre
    failure        = brick bold
    unknown        = pencil
    edge           = line
    ghost          = line dim
    traffic        = teal
    series1        = blue
    series2        = teal
    series3        = plum
    series4        = olive
    series5        = berry
    series6        = leaf
    """ + "\n"
