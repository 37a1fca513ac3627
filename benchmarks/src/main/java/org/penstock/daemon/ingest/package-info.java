/** JMH benchmarks of the daemon's own package of this name: they see what only it may see. */
@NullMarked
package org.penstock.daemon.ingest;

import org.jspecify.annotations.NullMarked;
