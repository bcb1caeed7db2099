import type { Demo } from '../../demo.ts'
import { type Row, num } from '../../exact.ts'
import { userFields } from './custom.ts'
import { ROLL, TERMS, groupsOf } from './seed.ts'

/** Price lists: all, wholesale in EUR, wholesale in USD. */
function priceLists(): Row[] {
  return ['Basispreisliste', 'Großhandel', 'Wholesale USD'].map((name, index) => ({
    PriceListNo: num(index + 1),
    PriceListName: name,
    BasePriceList: num(1),
    Factor: num(1),
    IsGrossPrice: 'tNO',
    Active: 'tYES',
    DefaultPrimeCurrency: index === 2 ? 'USD' : 'EUR',
  }))
}

/** A group of units: how many of the base unit each alternative one is. */
function unitGroup(entry: string, name: string, units: [string, string][]): Row {
  return {
    AbsEntry: num(entry),
    Code: name,
    Name: name,
    BaseUoM: num(units[0]?.[0] ?? -1),
    UoMGroupDefinitionCollection: units.map(([unit, base]) => ({
      AlternateUoM: num(unit),
      AlternateQuantity: num(1),
      BaseQuantity: num(base),
      Active: 'tYES',
    })),
  }
}

type Fixed = [entity: string, key: string, rows: Row[]]

/** Sets that nobody changes. */
export function fixedSets(demo: Demo): Record<string, Fixed> {
  return {
    ...placeSets(demo),
    ...unitSets(),
    ...groupSets(demo),
    UserFieldsMD: ['UserFieldMD', 'FieldID', userFields()],
  }
}

function placeSets(demo: Demo): Record<string, Fixed> {
  return {
    Warehouses: [
      'Warehouse',
      'WarehouseCode',
      demo.warehouses.map(({ code, name }) => ({
        WarehouseCode: code,
        WarehouseName: name,
        Inactive: 'tNO',
        DropShip: 'tNO',
        Nettable: 'tYES',
      })),
    ],
    PriceLists: ['PriceList', 'PriceListNo', priceLists()],
    PaymentTermsTypes: [
      'PaymentTermsType',
      'GroupNumber',
      Object.entries(TERMS).map(([days, number]) => ({
        GroupNumber: num(number),
        PaymentTermsGroupName: `${days} Tage netto`,
        NumberOfAdditionalDays: num(days),
      })),
    ],
  }
}

function unitSets(): Record<string, Fixed> {
  const units = [['Manual'], ['Stk', 'H87'], ['kg', 'KGM'], ['m', 'MTR'], ['l'], ['Std'], ['Rol', 'RO']]
  return {
    UnitOfMeasurements: [
      'UnitOfMeasurement',
      'AbsEntry',
      units.map(([code = '', symbol = null], index) => ({
        AbsEntry: num(index === 0 ? -1 : index),
        Code: code,
        Name: code,
        InternationalSymbol: symbol,
      })),
    ],
    UnitOfMeasurementGroups: [
      'UnitOfMeasurementGroup',
      'AbsEntry',
      [
        unitGroup('-1', 'Manual', []),
        unitGroup(ROLL.group, 'Kabel', [
          [ROLL.metre, '1'],
          [ROLL.roll, ROLL.metres],
        ]),
      ],
    ],
  }
}

function groupSets(demo: Demo): Record<string, Fixed> {
  return {
    ItemGroups: [
      'ItemGroups',
      'Number',
      groupsOf(demo).map((name, index) => ({ Number: num(index + 100), GroupName: name })),
    ],
    BusinessPartnerGroups: [
      'BusinessPartnerGroup',
      'Code',
      ['Einzelhandel', 'Großhandel', 'Schlüsselkunden'].map((name, index) => ({
        Code: num(index + 100),
        Name: name,
        Type: 'bbpgt_CustomerGroup',
      })),
    ],
  }
}
