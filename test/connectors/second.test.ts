import { describeShare } from '../contract/run.ts'

describeShare(1)
