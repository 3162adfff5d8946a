#include "repeat/shadow.hpp"

#include "drive/session.hpp"

namespace mdsync {

class Shadow::Side : public WorldParty {
public:
    explicit Side(Shadow& shadow) : WorldParty(shadow.world_), shadow_(shadow) {}
    void write(const Event& event) { shadow_.presence_.see(event); }
    void drain() {
        for (const Event& event : world_.events()) write(event);
        world_.events().clear();
        world_.annex() = Annex{};
    }
    // A drop that was refused took no network away.
    void answered(const Op& op, bool refused, const std::string&) {
        if (!refused) shadow_.presence_.ask(op);
    }
    Lexicon& lexicon() { return shadow_.lexicon_; }
    Annex& annex() { return world_.annex(); }

private:
    Shadow& shadow_;
};

Shadow::Shadow(const Header& header, const Lexicon& lexicon, const NetworkConditions& network)
    : lexicon_(lexicon), presence_(header.devices.size()), world_(header, lexicon_, ServerPolicy{}, 1) {
    Op op;
    op.kind = OpKind::Network;
    op.network = network;
    start(op);
}

void Shadow::start(const Op& op, bool together) {
    Side side(*this);
    Session session(side);
    if (together) {
        session.begin(op);
    } else {
        session.ask(op);
    }
}

Millis Shadow::settle() {
    const Instant before = world_.now();
    Side side(*this);
    Session(side).settle();
    return world_.now() - before;
}

void Shadow::advance(Millis duration) {
    Side side(*this);
    Session(side).advance(duration);
}

}  // namespace mdsync
