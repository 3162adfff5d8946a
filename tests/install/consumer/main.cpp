// Runs the scenarios that the command line names against a server that forgets who came first, and prints JUnit.
#include <mdsync/report.hpp>
#include <mdsync/run.hpp>

#include <iostream>

int main(int argc, char** argv) {
    const mdsync::Suite suite = mdsync::loadSuite({argv + 1, argv + argc}, {}, mdsync::defaultJobs());
    const mdsync::Interrupt interrupt;  // Ctrl-C ends the run, and what has ended is told

    mdsync::SuiteOptions options;
    options.server = mdsync::findServer("mutant:evict-newest").value();
    options.jobs = mdsync::defaultJobs();
    const mdsync::Result result = mdsync::runSuite(suite, options, interrupt);

    std::cout << mdsync::junitReport(result);
    return mdsync::exitCodeOf(result);
}
