// ProjectFile: what a folder says once for all commands, in `mdsync.toml` and in the environment.
//
// The command line wins over the environment, and that over the file. How it is read is command_line.cpp's; which keys there
// are, and which value counts, is here.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mdsync::cli {

class ProjectFile {
public:
    static constexpr const char* kName = "mdsync.toml";

    // How messages call it: the file that is read may be another one.
    void name(std::string file) { name_ = std::move(file); }

    // The keys: `target`, `timeout`, `baseline`, `paths`.
    [[nodiscard]] static const std::vector<std::string_view>& keys();

    // Takes what the file says of `key`, in the section `parents`.
    void add(const std::vector<std::string>& parents, const std::string& key, const std::vector<std::string>& values);

    // What counts of `key`, and who says so: `mdsync.toml: target`, `MDSYNC_TARGET`.
    struct Setting {
        std::vector<std::string> values;
        std::string from;
    };
    [[nodiscard]] std::optional<Setting> setting(std::string_view key) const;

    // What is wrong with the file; empty if nothing is.
    [[nodiscard]] const std::string& wrong() const { return wrong_; }
    void complain(std::string text);

private:
    std::map<std::string, std::vector<std::string>, std::less<>> values_;
    std::string name_ = kName;
    std::string wrong_;
};

}  // namespace mdsync::cli
