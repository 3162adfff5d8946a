#include "random/draw_knobs.hpp"

namespace mdsync::search {

Knobs drawKnobs(Choices& choices) {
    constexpr Stream kStream = streamOf(Purpose::Generate, 1);
    const auto flip = [&](bool usual) { return choices.draw(kStream, 4, Label::Setting) == 3 ? !usual : usual; };
    Knobs knobs;
    if (choices.draw(kStream, 2, Label::Mode) == 0) return knobs;
    knobs.offDevice = static_cast<Knobs::OffDevice>(choices.draw(kStream, 3, Label::Setting));
    for (bool* knob :
         {&knobs.offEchoesToOne, &knobs.offStatusToAll, &knobs.compensatesOffEra, &knobs.cutsOnlyOne,
          &knobs.onlineBeforeEviction, &knobs.storesToHorizon, &knobs.deliversRecalled, &knobs.recallsBeyondWindow,
          &knobs.deliversToLeft, &knobs.roomEchoesToAuthor, &knobs.turnsAtOnce}) {
        *knob = flip(*knob);
    }
    return knobs;
}

}  // namespace mdsync::search
