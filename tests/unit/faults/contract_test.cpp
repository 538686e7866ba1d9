#include "in_process.hpp"

#define FAULTS_PLACEMENTS parley::test::FaultsInProcess
#include "contract/faults/faults_contract.hpp"
