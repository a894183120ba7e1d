// The text of `themes/harbor.theme` and `themes/daylight.theme`, so that the program draws without any file beside it.
// A test holds both to the files.

extension Theme {
    /// The theme for dark terminals.
    package static let dark = builtIn("harbor", harborText)
    /// The theme for light rooms.
    package static let light = builtIn("daylight", daylightText)

    /// The text of a built-in theme, parsed.
    static func builtInSource(_ name: String) throws(ThemeError) -> ThemeSource? {
        switch name {
        case "harbor": try ThemeSource(parsing: harborText, file: "harbor.theme")
        case "daylight": try ThemeSource(parsing: daylightText, file: "daylight.theme")
        default: nil
        }
    }

    private static func builtIn(_ name: String, _ text: String) -> Theme {
        do throws(ThemeError) {
            return try Theme(parsing: text, name: name, file: name + ".theme")
        } catch {
            preconditionFailure("a built-in theme does not parse: \(error)")
        }
    }
}

let harborText = """
    # harbor: cool greys and sea greens; the ground stays the terminal's own.
    #
    # First the palette: a name, its colour, and what a terminal of 16 colours shows instead.
    # Then the roles: what each kind of thing looks like, as "ink on ground attributes".

    [theme]
    summary    = cool greys and sea greens; the ground stays the terminal's own
    appearance = dark

    [palette]
    band   = #17222f black
    mark   = #1f3850 blue
    text   = #c5d0dc white
    strong = #eef3f8 bright-white
    quiet  = #95a3b2 bright-black
    line   = #5b6b7f bright-black
    faint  = #475260 bright-black
    accent = #58c3b7 cyan
    keys   = #6cb6ff bright-cyan
    good   = #7ccf7e green
    warn   = #e9b44c yellow
    bad    = #ff7b72 bright-red
    hue1   = #6cb6ff bright-cyan
    hue2   = #58c3b7 cyan
    hue3   = #b99cff bright-magenta
    hue4   = #d9c89a bright-yellow
    hue5   = #f29fc4 magenta
    hue6   = #7ccf7e green

    [roles]
    canvas         = default
    text           = text
    dim            = quiet
    title          = strong bold
    heading        = accent bold
    border         = line
    focused-border = accent
    bar            = text on band
    key            = keys bold
    accent         = keys
    selection      = strong on mark
    match          = warn underline
    prompt         = strong
    notice         = warn
    healthy        = good
    degraded       = warn
    failure        = bad bold
    unknown        = quiet
    edge           = line
    ghost          = faint
    traffic        = accent
    series1        = hue1
    series2        = hue2
    series3        = hue3
    series4        = hue4
    series5        = hue5
    series6        = hue6
    """ + "\n"

let daylightText = """
    # daylight: ink on paper for light rooms.
    #
    # First the palette: a name, its colour, and what a terminal of 16 colours shows instead.
    # Then the roles: what each kind of thing looks like, as "ink on ground attributes".

    [theme]
    summary    = ink on paper for light rooms
    appearance = light

    [palette]
    ground = #f7f5ef bright-white
    band   = #e6e2d6 white
    mark   = #cfe3f5 white
    text   = #22272e black
    strong = #22272e black
    quiet  = #57616c bright-black
    line   = #8d959e bright-black
    faint  = #afb4b8 bright-black
    accent = #0b6e6e blue
    keys   = #0b5cad blue
    good   = #1d6f33 green
    warn   = #724700 magenta
    bad    = #b3261e red
    hue1   = #0b5cad blue
    hue2   = #0b6e6e cyan
    hue3   = #53317d magenta
    hue4   = #5c6300 black
    hue5   = #9c2a6b red
    hue6   = #1d6f33 green

    [roles]
    canvas         = text on ground
    text           = text
    dim            = quiet
    title          = strong bold
    heading        = accent bold
    border         = line
    focused-border = accent
    bar            = text on band
    key            = keys bold
    accent         = keys
    selection      = strong on mark
    match          = warn underline
    prompt         = strong
    notice         = warn
    healthy        = good
    degraded       = warn
    failure        = bad bold
    unknown        = quiet
    edge           = line
    ghost          = faint
    traffic        = accent
    series1        = hue1
    series2        = hue2
    series3        = hue3
    series4        = hue4
    series5        = hue5
    series6        = hue6
    """ + "\n"
