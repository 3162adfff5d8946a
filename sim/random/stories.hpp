// Stories: what one user goes through over several steps.
//
// A server that forgets something between two steps shows it only where the steps are about the same device, group or
// setting and come in a certain order. Steps that are drawn one by one seldom do. So the generator tells one of these
// stories now and then. It is about a *hero*: a user, one of their devices, a group, a setting. What a beat says beyond
// that is drawn as ever, a beat that is not possible is left out, and other steps may come between.
#pragma once

#include <array>
#include <cstdint>

namespace mdsync::search {

enum class Beat : std::uint8_t {
    End,
    AllIn,       // the hero's devices log in, one after the other
    AllAtOnce,   // some of them at one instant
    AllOut,      // and log out
    LogIn,       // the device logs in
    Depart,      // and is gone
    Reinstall,   // the device is emptied
    Hold,        // what comes to it waits
    Release,     //
    Hear,        // somebody else writes to the hero, or to the group
    Say,         // the device writes
    Copy,        // the backend writes in the hero's name
    Recall,      // one of the last messages, mostly by a device
    Turn,        // the switch
    PressAgain,  // what it was turned to last
    Set,         // the setting, to something
    Join,        // the hero joins the group
    Leave,       //
    Enter,       // the device enters a chatroom
    HearInRoom,  // somebody else writes there
    Restart,     // of the server
    Midway,      // the step before is on its way: no more time passes than that
    Pass,        // seconds or minutes pass
    Days,        //
    Moment       // until something changes: a turn is in force, a message leaves the window
};

using Story = std::array<Beat, 8>;  // an End behind the last beat

inline constexpr auto kStories = [] {
    using enum Beat;
    return std::array{
        // The switch is pressed again or turned back, and the server restarts, before the turn is in force; and what
        // waits for somebody meanwhile.
        Story{AllIn, Turn, Pass, PressAgain, Moment, Hear, Say},
        Story{AllIn, Turn, Pass, Turn, Moment, Hear, Say},
        Story{AllIn, Turn, Pass, Restart, Moment, AllIn, Hear},
        Story{AllOut, Hear, Turn, Moment, LogIn, Hear, AllIn},
        // A setting is changed, goes down and up again, and the server restarts.
        Story{AllIn, Set, Hear, Say, Depart, AllIn},
        Story{Set, Restart, AllIn, Hear, Depart, AllIn},
        Story{Set, AllOut, Hear, Days, AllIn},
        Story{LogIn, Hear, Days, Set, AllIn},
        Story{LogIn, Hear, Days, Set, Set, AllIn},
        Story{AllOut, Hear, Days, Set, Set, AllIn},
        // A phone is reinstalled, and logs in more than once.
        Story{LogIn, Hear, Reinstall, LogIn, Depart, LogIn},
        Story{Hear, Reinstall, LogIn, Hear, Recall, Reinstall, LogIn},
        // An app is frozen while it catches up, or dies with what has come.
        Story{Hear, Hold, LogIn, Hear, Say, Release},
        Story{AllOut, LogIn, Hold, Copy, Depart, Release, LogIn},
        Story{LogIn, Hear, Hold, Recall, Depart, Release, LogIn},
        // Several devices come in one moment, and once more; some of them in vain.
        Story{Hear, AllAtOnce, Hear, AllAtOnce},
        Story{AllIn, Hear, Depart, AllAtOnce, Hear, AllIn},
        Story{AllIn, Hear, Depart, AllIn},
        // The line breaks, or the server restarts, between the acceptance of a message and its arrival.
        Story{LogIn, Hear, Midway, Restart, AllIn},
        Story{LogIn, Copy, Midway, Depart, LogIn},
        Story{Hear, LogIn, Midway, Hear, Midway, Depart, AllIn},
        // Somebody leaves a group, misses something, and comes back.
        Story{Hear, Leave, Hear, Join, Hear, AllIn},
        Story{Leave, Restart, AllIn, Hear, Join, Restart, AllIn, Hear},
        // A recall of what some devices missed, a second one, and a late one.
        Story{AllIn, Hear, Depart, Recall, LogIn, Depart, LogIn},
        Story{Hear, AllIn, Recall, Recall, AllIn},
        Story{AllIn, Hear, Depart, Days, Recall, LogIn},
        // A visit to a chatroom ends.
        Story{LogIn, Enter, Depart, LogIn, HearInRoom},
        Story{LogIn, Enter, Restart, AllIn, HearInRoom},
        // The oldest connection is the busiest.
        Story{AllIn, Pass, Say, Pass, AllIn},
        // Midnight, or the end of something, passes while a message is on its way, and between two logins.
        Story{AllOut, LogIn, Moment, Hear, Pass, AllIn},
        Story{AllOut, LogIn, Hear, Depart, Moment, LogIn, Moment, AllIn},
        Story{AllOut, LogIn, Hear, Days, AllIn},
        Story{AllOut, Hear, Moment, AllIn, Moment, AllIn},
    };
}();

}  // namespace mdsync::search
