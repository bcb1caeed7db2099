import { type Entity, entity } from './entity.ts'

const CONDITION = `PricingProcedureStep:s3 PricingProcedureCounter:s3 ConditionType:s4 ConditionCalculationType:s3-
  ConditionRateValue:d ConditionCurrency:s5 ConditionQuantity:d ConditionQuantityUnit:s3 ConditionAmount:d- TransactionCurrency:s5
  ConditionInactiveReason:s1- ConditionIsForStatistics:b- ConditionClass:s1-`
const HEADER = `SalesOrganization:s4 DistributionChannel:s2 OrganizationDivision:s2 SoldToParty:a10
  TransactionCurrency:s5 PricingDate:t RequestedDeliveryDate:t PurchaseOrderByCustomer:s35 CustomerPaymentTerms:s4`
const STATUS = `TotalNetAmount:d- CreationDate:t- LastChangeDateTime:i- OverallSDProcessStatus:s1- OverallSDDocumentRejectionSts:s1-
  TotalCreditCheckStatus:s1- SalesDocApprovalStatus:s1-`
const ITEM = `SalesDocumentRjcnReason:s2 Material:a40 RequestedQuantity:d RequestedQuantityUnit:s3 NetAmount:d-`
const ADDRESS = `StreetName:s60 HouseNumber:s10 PostalCode:s10 CityName:s40 Country:s3 Region:s3`

/** The parts of the services that the imitation knows, as their $metadata declares them. */
export const ENTITIES = new Map<string, Entity>([
  entity(
    'A_Product',
    1,
    null,
    `Product:a40 ProductType:s4 ProductGroup:s9 BaseUnit:s3 ProductStandardID:s18 IsMarkedForDeletion:b CrossPlantStatus:s2
    GrossWeight:d WeightUnit:s3 CreationDate:t- LastChangeDate:t- LastChangeDateTime:i-
    YY1_Hazardous_PRD:b YY1_Origin_PRD:s20`,
    'to_Description=A_ProductDescription* to_SalesDelivery=A_ProductSalesDelivery* to_ProductUnitsOfMeasure=A_ProductUnitsOfMeasure*',
  ),
  entity('A_ProductDescription', 2, null, 'Product:a40 Language:s2 ProductDescription:s40'),
  entity(
    'A_ProductSalesDelivery',
    3,
    null,
    `Product:a40 ProductSalesOrg:s4 ProductDistributionChnl:s2 MinimumOrderQuantity:d SalesMeasureUnit:s3 ProductSalesStatus:s2
    SupplyingPlant:s4 IsMarkedForDeletion:b`,
  ),
  entity(
    'A_ProductUnitsOfMeasure',
    2,
    null,
    'Product:a40 AlternativeUnit:s3 QuantityNumerator:d QuantityDenominator:d BaseUnit:s3',
  ),
  entity(
    'A_MaterialStock',
    1,
    null,
    'Material:a40 MaterialBaseUnit:s3',
    'to_MatlStkInAcctMod=A_MatlStkInAcctMod*',
  ),
  entity(
    'A_MatlStkInAcctMod',
    11,
    null,
    `Material:a40 Plant:s4 StorageLocation:s4 Batch:s10 Supplier:a10 Customer:a10 WBSElementInternalID:s24 SDDocument:a10
    SDDocumentItem:a6 InventorySpecialStockType:s1 InventoryStockType:s2 MaterialBaseUnit:s3 MatlWrhsStkQtyInMatlBaseUnit:d`,
  ),
  entity(
    'A_BusinessPartner',
    1,
    'ETag',
    `BusinessPartner:a10 Customer:a10- BusinessPartnerCategory:s1 BusinessPartnerGrouping:s4 BusinessPartnerFullName:s81-
    OrganizationBPName1:s40 OrganizationBPName2:s40 OrganizationBPName3:s40 OrganizationBPName4:s40 SearchTerm1:s20
    CorrespondenceLanguage:s2 BusinessPartnerIsBlocked:b IsMarkedForArchiving:b BusinessPartnerIDByExtSystem:s20
    CreationDate:t- CreationTime:h- LastChangeDate:t- LastChangeTime:h- ETag:s26- YY1_Route_BUS:s40 YY1_AbcClass_BUS:s20
    YY1_Since_BUS:t`,
    `to_BusinessPartnerAddress=A_BusinessPartnerAddress* to_BusinessPartnerTax=A_BusinessPartnerTaxNumber*
    to_BusinessPartnerRole=A_BusinessPartnerRole* to_Customer=A_Customer`,
  ),
  entity(
    'A_BusinessPartnerAddress',
    2,
    null,
    `BusinessPartner:a10 AddressID:a10 ${ADDRESS} StreetSuffixName:s40 AdditionalStreetSuffixName:s40 Language:s2`,
    'to_EmailAddress=A_AddressEmailAddress* to_PhoneNumber=A_AddressPhoneNumber*',
  ),
  entity(
    'A_AddressEmailAddress',
    3,
    null,
    'AddressID:a10 Person:a10 OrdinalNumber:a3 EmailAddress:s241 IsDefaultEmailAddress:b SearchEmailAddress:s20',
  ),
  entity(
    'A_AddressPhoneNumber',
    3,
    null,
    'AddressID:a10 Person:a10 OrdinalNumber:a3 PhoneNumber:s30 InternationalPhoneNumber:s30 IsDefaultPhoneNumber:b',
  ),
  entity(
    'A_BusinessPartnerTaxNumber',
    2,
    null,
    'BusinessPartner:a10 BPTaxType:s4 BPTaxNumber:s20 BPTaxLongNumber:s60',
  ),
  entity('A_BusinessPartnerRole', 2, null, 'BusinessPartner:a10 BusinessPartnerRole:s6'),
  entity(
    'A_Customer',
    1,
    null,
    'Customer:a10 CustomerName:s80- CustomerAccountGroup:s4 OrderIsBlockedForCustomer:s2 DeletionIndicator:b VATRegistration:s20',
    'to_CustomerSalesArea=A_CustomerSalesArea* to_CustomerCompany=A_CustomerCompany*',
  ),
  entity(
    'A_CustomerSalesArea',
    4,
    null,
    `Customer:a10 SalesOrganization:s4 DistributionChannel:s2 Division:s2 Currency:s5 CustomerPaymentTerms:s4 CustomerPriceGroup:s2
    PriceListType:s2 CustomerGroup:s2 OrderIsBlockedForCustomer:s2 DeletionIndicator:b CustomerPricingProcedure:s2 ShippingCondition:s2`,
  ),
  entity(
    'A_CustomerCompany',
    2,
    null,
    'Customer:a10 CompanyCode:s4 ReconciliationAccount:a10 PaymentTerms:s4',
  ),
  entity(
    'A_SalesOrder',
    1,
    'LastChangeDateTime',
    `SalesOrder:a10 SalesOrderType:s4 ${HEADER} PurchaseOrderByShipToParty:s35 CustomerPurchaseOrderDate:t SalesOrderDate:t ${STATUS}
    OverallTotalDeliveryStatus:s1- OverallDeliveryStatus:s1- OverallOrdReltdBillgStatus:s1- DeliveryBlockReason:s2
    YY1_ExtRef_SDH:s40 YY1_Channel_SDH:s20`,
    `to_Item=A_SalesOrderItem* to_Partner=A_SalesOrderHeaderPartner* to_PricingElement=A_SalesOrderHeaderPrElement*
    to_Text=A_SalesOrderText* to_SubsequentProcFlowDoc=A_SalesOrderSubsqntProcFlow*`,
  ),
  entity(
    'A_SalesOrderItem',
    2,
    null,
    `SalesOrder:a10 SalesOrderItem:a6 SalesOrderItemCategory:s4 SalesOrderItemText:s40 ${ITEM} TransactionCurrency:s5- TaxAmount:d
    ProductionPlant:s4 StorageLocation:s4 SDProcessStatus:s1- DeliveryStatus:s1-`,
    'to_PricingElement=A_SalesOrderItemPrElement* to_Text=A_SalesOrderItemText*',
  ),
  entity('A_SalesOrderItemPrElement', 4, null, `SalesOrder:a10 SalesOrderItem:a6 ${CONDITION}`),
  entity('A_SalesOrderHeaderPrElement', 3, null, `SalesOrder:a10 ${CONDITION}`),
  entity(
    'A_SalesOrderItemText',
    4,
    null,
    'SalesOrder:a10 SalesOrderItem:a6 Language:s2 LongTextID:s4 LongText:s99999',
  ),
  entity('A_SalesOrderText', 3, null, 'SalesOrder:a10 Language:s2 LongTextID:s4 LongText:s99999'),
  entity(
    'A_SalesOrderHeaderPartner',
    2,
    null,
    'SalesOrder:a10 PartnerFunction:s2 Customer:a10',
    'to_Address=A_SalesOrderPartnerAddress*',
  ),
  entity(
    'A_SalesOrderPartnerAddress',
    3,
    null,
    `SalesOrder:a10 PartnerFunction:s2 AddressRepresentationCode:s1 OrganizationName1:s40 ${ADDRESS} StreetSuffixName1:s40 StreetSuffixName2:s40`,
  ),
  entity(
    'A_SalesOrderSubsqntProcFlow',
    2,
    null,
    'SalesOrder:a10 DocRelationshipUUID:s36 SubsequentDocument:a10 SubsequentDocumentCategory:s4 OverallSDProcessStatus:s1',
  ),
  entity(
    'A_SalesQuotation',
    1,
    'LastChangeDateTime',
    `SalesQuotation:a10 SalesQuotationType:s4 ${HEADER} SalesQuotationDate:t BindingPeriodValidityStartDate:t
    BindingPeriodValidityEndDate:t ${STATUS}`,
    'to_Item=A_SalesQuotationItem*',
  ),
  entity(
    'A_SalesQuotationItem',
    2,
    null,
    `SalesQuotation:a10 SalesQuotationItem:a6 SalesQuotationItemText:s40 ${ITEM} TransactionCurrency:s5- Plant:s4 SDProcessStatus:s1-`,
    'to_PricingElement=A_SalesQuotationItemPrcgElmnt*',
  ),
  entity('A_SalesQuotationItemPrcgElmnt', 4, null, `SalesQuotation:a10 SalesQuotationItem:a6 ${CONDITION}`),
  entity(
    'A_SalesOrderSimulation',
    1,
    null,
    `SalesOrder:a10 SalesOrderType:s4 ${HEADER} CustomerPriceGroup:s2`,
    'to_Item=A_SalesOrderItemSimulation* to_Pricing=A_SalesOrderPricingSimulation to_Credit=A_SalesOrderCreditSimulation',
  ),
  entity(
    'A_SalesOrderItemSimulation',
    2,
    null,
    `SalesOrder:a10 SalesOrderItem:a6 SalesOrderItemText:s40 ${ITEM} TransactionCurrency:s5- TaxAmount:d- Plant:s4`,
    'to_PricingElement=A_SalesOrderItmPrcgElmntSimln*',
  ),
  entity('A_SalesOrderItmPrcgElmntSimln', 4, null, `SalesOrder:a10 SalesOrderItem:a6 ${CONDITION}`),
  entity(
    'A_SalesOrderPricingSimulation',
    1,
    null,
    'SalesOrder:a10 TotalNetAmount:d- TransactionCurrency:s5-',
  ),
  entity('A_SalesOrderCreditSimulation', 1, null, 'SalesOrder:a10 TotalCreditCheckStatus:s1-'),
  entity(
    'A_SlsPrcgCndnRecdValidity',
    2,
    null,
    `ConditionRecord:a10 ConditionValidityEndDate:t ConditionValidityStartDate:t ConditionType:s4 SalesOrganization:s4
    DistributionChannel:s2 Material:a40 Customer:a10 CustomerPriceGroup:s2 PriceListType:s2 TransactionCurrency:s5`,
    'to_SlsPrcgConditionRecord=A_SlsPrcgConditionRecord',
  ),
  entity(
    'A_SlsPrcgConditionRecord',
    1,
    null,
    `ConditionRecord:a10 ConditionTable:s3 ConditionType:s4 PricingScaleType:s1 ConditionCalculationType:s1 ConditionRateValue:d
    ConditionRateValueUnit:s5 ConditionRateAmount:d ConditionCurrency:s5 ConditionQuantity:d ConditionQuantityUnit:s3 ConditionIsDeleted:b`,
    'to_SlsPrcgCndnRecordScale=A_SlsPrcgCndnRecordScale*',
  ),
  entity(
    'A_SlsPrcgCndnRecordScale',
    3,
    null,
    `ConditionRecord:a10 ConditionSequentialNumber:a2 ConditionScaleLine:a4 ConditionScaleQuantity:d ConditionScaleQuantityUnit:s3
    ConditionRateAmount:d ConditionCurrency:s5`,
  ),
  entity(
    'A_BillingDocument',
    1,
    null,
    `BillingDocument:a10 SDDocumentCategory:s4 BillingDocumentType:s4 BillingDocumentDate:t SalesOrganization:s4 SoldToParty:a10 PayerParty:a10
    TransactionCurrency:s5 TotalNetAmount:d TaxAmount:d TotalGrossAmount:d CompanyCode:s4 FiscalYear:s4 AccountingDocument:a10
    AccountingPostingStatus:s1 InvoiceClearingStatus:s1 BillingDocumentIsCancelled:b LastChangeDateTime:i`,
    'to_Item=A_BillingDocumentItem*',
  ),
  entity(
    'A_BillingDocumentItem',
    2,
    null,
    `BillingDocument:a10 BillingDocumentItem:a6 BillingDocumentItemText:s40 Material:a40 BillingQuantity:d BillingQuantityUnit:s3 NetAmount:d
    TaxAmount:d SalesDocument:a10 SalesDocumentItem:a6`,
  ),
  entity(
    'A_OperationalAcctgDocItemCube',
    4,
    null,
    `CompanyCode:s4 FiscalYear:s4 AccountingDocument:a10 AccountingDocumentItem:a3 AccountingDocumentType:s2 FinancialAccountType:s1 Customer:a10
    DebitCreditCode:s1 InvoiceReference:a10 ClearingAccountingDocument:a10 ClearingDate:t PostingDate:t NetDueDate:t
    AmountInTransactionCurrency:d TransactionCurrency:s5 AmountInCompanyCodeCurrency:d CompanyCodeCurrency:s5`,
  ),
])

/** Which sets a service has at its root, and below which rows the others lie. */
export const SERVICES: Record<string, string[]> = {
  API_PRODUCT_SRV: ['A_Product', 'A_ProductDescription'],
  API_MATERIAL_STOCK_SRV: ['A_MaterialStock'],
  // Functions alone.
  API_PRODUCT_AVAILY_INFO_BASIC: [],
  API_BUSINESS_PARTNER: [
    'A_BusinessPartner',
    'A_BusinessPartnerAddress',
    'A_AddressEmailAddress',
    'A_AddressPhoneNumber',
    'A_BusinessPartnerTaxNumber',
    'A_CustomerSalesArea',
  ],
  API_SALES_ORDER_SRV: ['A_SalesOrder', 'A_SalesOrderItem'],
  API_SALES_ORDER_SIMULATION_SRV: ['A_SalesOrderSimulation'],
  API_SALES_QUOTATION_SRV: ['A_SalesQuotation'],
  API_SLSPRICINGCONDITIONRECORD_SRV: ['A_SlsPrcgCndnRecdValidity'],
  API_BILLING_DOCUMENT_SRV: ['A_BillingDocument'],
  API_OPLACCTGDOCITEMCUBE_SRV: ['A_OperationalAcctgDocItemCube'],
}
