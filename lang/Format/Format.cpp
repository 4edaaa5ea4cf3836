#include "Format/Format.h"
