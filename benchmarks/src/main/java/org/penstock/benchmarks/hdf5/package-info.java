/** JMH benchmarks of what {@code hdf5-writer} does. */
@NullMarked
package org.penstock.benchmarks.hdf5;

import org.jspecify.annotations.NullMarked;
